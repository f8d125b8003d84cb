"""Following one stream: a heartbeat by verification requests, and where it is polled, its tokens."""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

import structlog

from nameplate.domain.bridges import Bridge
from nameplate.domain.errors import Unavailable
from nameplate.domain.findings import Finding, Severity
from nameplate.ports.upstream import Hears

from .receiver import Raise, Receiver
from .sets import Refusal
from .transmitter import Stream, Transmitter

BEAT_S, SILENT_S = 300.0, 900.0
MOST = 100
WAIT_S, PAUSE_S = 20.0, 0.2
log = structlog.get_logger()


class SsfFollower:
    """The `Follower` of one stream. `told`: how it stands with what we tell them in return.

    Without a token for the other side nothing can be asked of it: a lease cannot rest on such a stream.
    """

    def __init__(
        self,
        bridge: Bridge,
        receiver: Receiver,
        transmitter: Transmitter,
        raise_finding: Raise,
        told: Callable[[], list[dict[str, Any]]] = list,
    ) -> None:
        self._bridge, self._receiver, self._transmitter, self._raise = bridge, receiver, transmitter, raise_finding
        self._told = told
        self._polled = bridge.option("delivery") == "poll"
        self._silent, self._heard = False, 0.0
        self._hears: Hears | None = None
        receiver.on_verified = self._verified

    async def run(self, hears: Hears) -> None:
        """See the port."""
        self._hears = self._receiver.hears = hears
        self._heard = time.monotonic()
        self._transmitter.forget()
        self._receiver.critical = (await self._transmitter.metadata()).critical
        wanted = self._bridge.option("stream")
        stream = await self._transmitter.stream(wanted, polled=self._polled) if self._manages else None
        if stream is None and not self._bridge.lease_s:
            # Nothing can be asked of it, and no lease rests on it: it is heard when it says something.
            await hears.alive()
        work = [self._beat(stream), self._watch()]
        if self._polled:
            if stream is None:
                remedy = "See `credential:` and `stream:` of the bridge."
                raise Unavailable("stream", "The transmitter has no stream to poll.", remedy)
            work.append(self._poll(stream))
        tasks = [asyncio.ensure_future(each) for each in work]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._receiver.hears = None

    def status(self) -> Mapping[str, Any]:
        """See the port."""
        return {
            "way": "shared signals, polled" if self._polled else "shared signals, pushed",
            "verification_s": self.beat_s,
            **self._receiver.counts(),
            "told": self._told(),
        }

    @property
    def _manages(self) -> bool:
        return bool(self._bridge.credential) or self._polled

    @property
    def beat_s(self) -> float:
        """How often the stream is verified: often enough that one lost answer does not end a lease."""
        return self._bridge.lease_s / 3 if self._bridge.lease_s else BEAT_S

    @property
    def silent_s(self) -> float:
        """After how long without an answer it counts as silent."""
        return self._bridge.lease_s or SILENT_S

    async def _beat(self, stream: Stream | None) -> None:
        """Ask for a verification event again and again; look whether the stream still runs."""
        while stream is not None:
            await self._receiver.stream_is(await self._transmitter.status(stream.id))
            state = secrets.token_urlsafe(24)
            # Known before it is asked: the answer may come first.
            self._receiver.ask(state, time.monotonic())
            await self._transmitter.verify(stream.id, state)
            await asyncio.sleep(max(self.beat_s, stream.pace_s))
        await asyncio.Event().wait()

    async def _verified(self, asked_at: float) -> None:
        await self._alive(time.monotonic() - asked_at)

    async def _alive(self, age_s: float) -> None:
        """Everything sent before we asked is here, as long as the stream is not held back by its transmitter."""
        if self._hears is not None and self._receiver.stream_status == "enabled":
            self._heard, self._silent = time.monotonic() - age_s, False
            await self._hears.alive(age_s)

    async def _watch(self) -> None:
        """Raise a finding once when nothing is heard for too long."""
        taken = -1
        while True:
            if self._receiver.taken != taken:
                taken, self._heard, self._silent = self._receiver.taken, time.monotonic(), False
            if not self._silent and time.monotonic() - self._heard >= self.silent_s:
                self._silent = True
                text = f"Nothing was heard of {self._bridge.id} for {self.silent_s:.0f} s, and nothing was verified."
                await self._raise(Finding("stream_silent", Severity.HIGH, text))
            await asyncio.sleep(min(1.0, self.silent_s / 4))

    async def _poll(self, stream: Stream) -> None:
        """Fetch, take, acknowledge; a refused one is reported, one that cannot be taken now comes again."""
        ack: list[str] = []
        errors: dict[str, tuple[str, str]] = {}
        wait_s = min(WAIT_S, self.beat_s)
        while True:
            asked_at, waits = time.monotonic(), not ack and not errors
            found = await self._transmitter.poll(stream, ack, errors, MOST, wait_s if waits else 0)
            ack, errors = [], {}
            for jti, raw in found.sets.items():
                try:
                    await self._receiver.take(raw.encode("utf-8", "replace"))
                    ack.append(jti)
                except Refusal as refusal:
                    errors[jti] = (refusal.code, refusal.description)
            if not found.sets and not found.more:
                await self._alive(time.monotonic() - asked_at)
                if waits and time.monotonic() - asked_at < PAUSE_S:
                    # A transmitter that does not wait for us is not asked without a pause.
                    await asyncio.sleep(PAUSE_S)


class Told:
    """The `Follower` of a bridge that only hears from us."""

    def __init__(self, told: Callable[[], list[dict[str, Any]]]) -> None:
        self._told = told

    async def run(self, hears: Hears) -> None:
        """See the port: there is nothing to follow."""
        await hears.alive()
        await asyncio.Event().wait()

    def status(self) -> Mapping[str, Any]:
        """See the port."""
        return {"way": "told only: no `issuer`", "told": self._told()}
