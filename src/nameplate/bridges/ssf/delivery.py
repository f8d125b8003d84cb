"""Behind the journal: what happens becomes tokens that wait, and those are pushed or handed to who polls."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import structlog

from nameplate.domain.errors import NameplateError, Unavailable
from nameplate.ports.journal import Entry, Follower, JournalReader

from .configuration import audience
from .sets import TYPE
from .signing import RS256, Signer
from .streams import StreamFile, StreamSpec
from .telling import tellings
from .web import Web

BATCH, MOST_WAITING = 500, 10_000
IDLE_S, RETRY_S, LONGEST_S = 0.05, 0.5, 60.0
log = structlog.get_logger()


class Delivery:
    """Tells one stream. A `jti` names `node` and record.

    `declared`: whether the bridge of that stream still is; `alg`: with what it is to be signed.
    """

    def __init__(
        self, stream: StreamSpec, node: str, journal: JournalReader, file: StreamFile, signer: Signer, web: Web
    ) -> None:
        self.stream, self._node, self._journal, self._file = stream, node, journal, file
        self._signer, self._web = signer, web
        self._more = asyncio.Event()
        self.told, self.dropped, self.trouble = 0, 0, ""
        self.declared: Callable[[], bool] = lambda: True
        self.alg: Callable[[], str] = lambda: RS256

    async def run(self) -> None:
        """Until cancelled."""
        work = [self._follow(), self._push()] if self.stream.endpoint else [self._follow()]
        tasks = [asyncio.ensure_future(each) for each in work]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def add(self, jti: str, kind: str, event: dict[str, Any], subject: dict[str, Any]) -> None:
        """An event about the stream itself."""
        token = self._signer.sign(self._audience, jti, int(time.time()), kind, event, subject, self.alg())
        await asyncio.to_thread(self._file.add, self.stream.id, [(jti, token)])
        self._more.set()

    async def waiting(self, most: int, wait_s: float) -> tuple[list[tuple[str, str]], bool]:
        """Up to `most` tokens for who polls, and whether there are more; waits until there are some."""
        deadline = time.monotonic() + wait_s
        while True:
            self._more.clear()
            found = await asyncio.to_thread(self._file.waiting, self.stream.id, most + 1)
            left = deadline - time.monotonic()
            if found or left <= 0:
                # Of one that was withdrawn nothing is left but that it was.
                shown = found[:most] if self._runs or self.stream.withdrawn else []
                return shown, len(found) > len(shown) and bool(shown)
            try:
                async with asyncio.timeout(left):
                    await self._more.wait()
            except TimeoutError:
                continue

    async def taken(self, jtis: Sequence[str], refused: Mapping[str, str]) -> None:
        """Who polls has taken some, and refused others for good."""
        for jti, code in refused.items():
            log.warning("a signal of ours was refused", stream=self.stream.id, jti=jti, code=code)
        self.told, self.dropped = self.told + len(jtis), self.dropped + len(refused)
        await asyncio.to_thread(self._file.taken, self.stream.id, [*jtis, *refused])

    async def _follow(self) -> None:
        start = await asyncio.to_thread(self._file.next_seq, self.stream.id)
        follower = await asyncio.to_thread(self._journal.follow, start)
        try:
            while True:
                moved = await self._step(follower)
                await asyncio.sleep(0 if moved else IDLE_S)
        finally:
            follower.close()

    async def _step(self, follower: Follower) -> bool:
        if await asyncio.to_thread(self._file.count, self.stream.id) >= MOST_WAITING:
            # The journal keeps what the other side does not take.
            return False
        entries = await asyncio.to_thread(follower.poll, BATCH)
        if entries:
            tokens = await asyncio.to_thread(self._tokens, entries)
            await asyncio.to_thread(self._file.add, self.stream.id, tokens, follower.next_seq)
            self._more.set()
        return bool(entries)

    def _tokens(self, entries: Sequence[Entry]) -> list[tuple[str, str]]:
        """Runs in a thread: signing takes a while. A stream that is disabled misses what happens meanwhile."""
        stream, now, alg = self.stream, int(time.time()), self.alg()
        if stream.status == "disabled" or stream.withdrawn or not self.declared():
            return []
        found = []
        for entry in entries:
            for place, each in enumerate(tellings(json.loads(entry.raw))):
                wanted = not stream.events or each.kind in stream.events
                if wanted and each.actor not in stream.excluded and each.by != f"bridge:{stream.bridge}":
                    jti, subject = f"{self._node}-{entry.seq}-{place}", self._signer.actor(each.actor)
                    token = self._signer.sign(self._audience, jti, now, each.kind, each.event, subject, alg)
                    found.append((jti, token))
        return found

    async def _push(self) -> None:
        failures = 0
        while True:
            waiting, _ = await self.waiting(BATCH, LONGEST_S)
            if not waiting:
                await asyncio.sleep(RETRY_S)
            try:
                for jti, token in waiting:
                    await self._push_one(jti, token)
                    failures, self.trouble = 0, ""
            except NameplateError as error:
                self.trouble = str(error)
                await asyncio.sleep(min(LONGEST_S, RETRY_S * 2 ** min(failures, 16)))
                failures += 1

    async def _push_one(self, jti: str, token: str) -> None:
        """Raises Unavailable where it is to be tried again."""
        headers = {"content-type": f"application/{TYPE}", "accept": "application/json"}
        if self.stream.authorization:
            headers["authorization"] = self.stream.authorization
        answer = await self._web.request("POST", self.stream.endpoint, token.encode(), headers)
        if answer.status == 202:
            await self.taken([jti], {})
        elif answer.status == 400 and _code(answer.body) == "invalid_request":
            await self.taken([], {jti: "invalid_request"})
        else:
            code = _code(answer.body)
            raise Unavailable("push", f"{self.stream.endpoint} answers {answer.status}{code and f' ({code})'}.")

    @property
    def _runs(self) -> bool:
        return self.stream.status == "enabled" and not self.stream.withdrawn and self.declared()

    @property
    def _audience(self) -> str:
        return audience(self._signer.issuer, self.stream.bridge)


def _code(body: bytes) -> str:
    """The error code of an answer (RFC 8935, section 2.4), as far as it looks like one."""
    try:
        code = json.loads(body)["err"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    return code if isinstance(code, str) and len(code) <= 64 and code.isascii() and code.isprintable() else ""
