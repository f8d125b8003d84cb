"""Our own transmitter: the streams of all who hear from us, made, changed, verified and ended by them."""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import structlog

from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.domain.errors import Conflict, Invalid, NameplateError, NotFound
from nameplate.ports.journal import JournalReader

from .configuration import MAX_SUBJECTS, MIN_VERIFICATION_S, STATUSES, configuration, configured
from .delivery import Delivery
from .events import Kind
from .signing import RS256, Signer
from .streams import StreamFile, StreamSpec
from .web import Web

MAX_STREAMS, MAX_STATE = 8, 512
MAX_POLLED, WAIT_S = 1000, 20.0
LOOK_S = 0.5
WITHDRAWN, DECLARED = "The receiver is not declared any more.", "The receiver is declared again."
log = structlog.get_logger()


class TooSoon(Exception):
    """Another verification is asked for before the least interval is over."""


class Offering:
    """Owned by one event loop. `newest`: the last record so far. Raises NotFound for a stream of somebody else."""

    def __init__(
        self,
        node: str,
        journal: JournalReader,
        file: StreamFile,
        signer: Signer,
        bridges: Mapping[str, Bridge],
        newest: Callable[[], int],
    ) -> None:
        self._node, self._journal, self._file, self.signer = node, journal, file, signer
        self._bridges, self._newest = bridges, newest
        self._streams: dict[str, Delivery] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._verified: dict[str, float] = {}
        self._watching: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Go on with every stream."""
        for stream in await asyncio.to_thread(self._file.all):
            self._begin(stream)
        self._watching = asyncio.get_running_loop().create_task(self._watch())

    async def end(self) -> None:
        """Stop telling; what waits stays."""
        tasks = [*self._tasks.values(), *([self._watching] if self._watching else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._file.close()

    def show(self, bridge: str, ident: str = "") -> list[dict[str, Any]]:
        """The configurations of the streams of a bridge, or of one."""
        found = [self._of(bridge, ident)] if ident else self._all(bridge)
        return [configuration(each.stream, self.signer.issuer) for each in found]

    async def create(self, bridge: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """A new stream, which is told what is recorded from now on."""
        if len(self._all(bridge)) >= MAX_STREAMS:
            raise Conflict("streams", f"{bridge} has {MAX_STREAMS} streams.", "Delete one first.")
        new = StreamSpec(f"st-{secrets.token_hex(8)}", bridge)
        await self._keep(configured(new, wanted, self.signer.issuer, whole=True))
        return self.show(bridge, new.id)[0]

    async def change(self, bridge: str, wanted: Mapping[str, Any], *, whole: bool) -> dict[str, Any]:
        """Another configuration, for the stream that `wanted` names."""
        stream = self._named(bridge, wanted).stream
        await self._keep(configured(stream, wanted, self.signer.issuer, whole=whole))
        return self.show(bridge, stream.id)[0]

    async def delete(self, bridge: str, ident: str) -> None:
        """No stream any more, and nothing that waits for it."""
        self._of(bridge, ident)
        await self._halt(ident)
        del self._streams[ident]
        self._verified.pop(ident, None)
        await asyncio.to_thread(self._file.remove, ident)

    def status(self, bridge: str, ident: str) -> dict[str, Any]:
        """Whether a stream runs."""
        stream = self._of(bridge, ident).stream
        return {"stream_id": ident, "status": stream.status} | ({"reason": stream.reason} if stream.reason else {})

    async def set_status(self, bridge: str, wanted: Mapping[str, Any]) -> dict[str, Any]:
        """They have it run, hold it back, or end it for a while."""
        stream, status, reason = self._named(bridge, wanted).stream, wanted.get("status"), wanted.get("reason", "")
        if status not in STATUSES or not isinstance(reason, str) or len(reason) > MAX_STATE:
            raise Invalid("status", "`status` or `reason` cannot be so.", f"Status: {', '.join(STATUSES)}.")
        await self._keep(replace(stream, status=status, reason=reason))
        return self.status(bridge, stream.id)

    async def subject(self, bridge: str, wanted: Mapping[str, Any], *, add: bool) -> None:
        """They want to hear of an actor, or no more. All are told of where nothing is said."""
        stream, subject = self._named(bridge, wanted).stream, wanted.get("subject")
        if not isinstance(subject, Mapping) or not _is_subject(subject):
            raise Invalid("subject", "`subject` is no subject identifier.", "See RFC 9493.")
        if not isinstance(wanted.get("verified", True), bool):
            raise Invalid("verified", "`verified` is true or false.", "See SSF 1.0, section 8.1.3.")
        if subject.get("format") != "iss_sub" or subject.get("iss") != self.signer.issuer:
            # A subject that nobody here is: it is never told of anyhow.
            return
        ident = subject["sub"][:512]
        excluded = stream.excluded - {ident} if add else stream.excluded | {ident}
        if len(excluded) > MAX_SUBJECTS:
            raise Invalid("subject", f"A stream can leave out {MAX_SUBJECTS} subjects.", "Ask for fewer events.")
        await self._keep(replace(stream, excluded=excluded))

    async def verify(self, bridge: str, wanted: Mapping[str, Any]) -> None:
        """A verification event, at once. Raises TooSoon."""
        delivery, state = self._named(bridge, wanted), wanted.get("state")
        if state is not None and (not isinstance(state, str) or len(state) > MAX_STATE):
            raise Invalid("state", "`state` is too long, or no text.", f"It may have {MAX_STATE} characters.")
        ident, now = delivery.stream.id, time.monotonic()
        if now - self._verified.get(ident, float("-inf")) < MIN_VERIFICATION_S:
            raise TooSoon
        self._verified[ident] = now
        await self._about(delivery, Kind.VERIFICATION, {} if state is None else {"state": state})

    async def poll(self, bridge: str, ident: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        """RFC 8936: what was taken is taken, then what waits."""
        delivery = self._of(bridge, ident)
        if delivery.stream.endpoint:
            raise Invalid("delivery", "This stream is pushed.", "Change its delivery method to poll it.")
        most, at_once, ack, errors = _polled(asked)
        if ack or errors:
            await delivery.taken(ack, errors)
        if most == 0:
            return {"sets": {}}
        found, more = await delivery.waiting(most, 0 if at_once else WAIT_S)
        return {"sets": dict(found)} | ({"moreAvailable": True} if more else {})

    def told(self, bridge: str) -> list[dict[str, Any]]:
        """How each stream of a bridge stands, also while that is not declared."""
        return [
            {
                "stream": each.stream.id,
                "way": "push" if each.stream.endpoint else "poll",
                "status": "disabled" if each.stream.withdrawn else each.stream.status,
                "told": each.told,
                "dropped": each.dropped,
                "trouble": each.trouble,
            }
            for _, each in sorted(self._streams.items())
            if each.stream.bridge == bridge
        ]

    async def _watch(self) -> None:
        """A stream whose bridge is not declared any more is disabled by us, and enabled when it is again.

        That is told, before anything else (SSF 1.0, section 8.1.5). What they have ordered themselves is not.
        """
        while True:
            for delivery in list(self._streams.values()):
                declared = delivery.stream.bridge in self._bridges
                if declared is delivery.stream.withdrawn:
                    try:
                        await self._turn(delivery, withdrawn=not declared)
                    except NameplateError as error:
                        delivery.trouble = str(error)
            await asyncio.sleep(LOOK_S)

    async def _turn(self, delivery: Delivery, *, withdrawn: bool) -> None:
        stream = replace(delivery.stream, withdrawn=withdrawn)
        if withdrawn:
            delivery.stream = stream
            # To who is there no more nothing is kept for later.
            await asyncio.to_thread(self._file.clear, stream.id)
        await asyncio.to_thread(self._file.put, stream, self._newest() + 1)
        if stream.status == "enabled":
            event = {"status": "disabled" if withdrawn else "enabled", "reason": WITHDRAWN if withdrawn else DECLARED}
            await self._about(delivery, Kind.STREAM_UPDATED, event)
        delivery.stream = stream
        if not withdrawn and self._streams.get(stream.id) is delivery:
            # It may be declared otherwise now.
            await self._halt(stream.id)
            self._begin(stream)

    async def _about(self, delivery: Delivery, kind: Kind, event: dict[str, Any]) -> None:
        ident = delivery.stream.id
        await delivery.add(f"{ident}-{secrets.token_hex(8)}", kind, event, {"format": "opaque", "id": ident})

    async def _keep(self, stream: StreamSpec) -> None:
        await asyncio.to_thread(self._file.put, stream, self._newest() + 1)
        await self._halt(stream.id)
        self._begin(stream)

    def _begin(self, stream: StreamSpec) -> None:
        former = self._streams.get(stream.id)
        fresh = Delivery(stream, self._node, self._journal, self._file, self.signer, self._web(stream.bridge))
        fresh.declared = lambda: stream.bridge in self._bridges
        fresh.alg = lambda: self._option(stream.bridge, "alg") or RS256
        if former is not None:
            fresh.told, fresh.dropped = former.told, former.dropped
        self._streams[stream.id] = fresh
        self._tasks[stream.id] = asyncio.get_running_loop().create_task(_kept(fresh))

    def _web(self, bridge: str) -> Web:
        return Web(self._option(bridge, "ca"), private=tuple(self._option(bridge, "private").split(",")))

    def _option(self, bridge: str, name: str) -> str:
        """As declared now; empty for a bridge that is not, or not one of ours any more."""
        declared = self._bridges.get(bridge)
        return declared.option(name) if declared and declared.type is BridgeType.SSF else ""

    async def _halt(self, ident: str) -> None:
        task = self._tasks.pop(ident, None)
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def _all(self, bridge: str) -> list[Delivery]:
        found = [each for _, each in sorted(self._streams.items()) if each.stream.bridge == bridge]
        return found if bridge in self._bridges else []

    def _of(self, bridge: str, ident: str) -> Delivery:
        found = self._streams.get(ident)
        if found is None or found.stream.bridge != bridge:
            raise NotFound("stream", "There is no such stream of yours.", "See GET /ssf/streams.")
        return found

    def _named(self, bridge: str, wanted: Mapping[str, Any]) -> Delivery:
        ident = wanted.get("stream_id")
        if not isinstance(ident, str):
            raise Invalid("stream_id", "`stream_id` is missing.", "Name the stream.")
        return self._of(bridge, ident)


async def _kept(delivery: Delivery) -> None:
    """A fault in one stream must neither end it unseen nor reach the others."""
    while True:
        try:
            await delivery.run()
        except (NameplateError, OSError) as error:
            delivery.trouble = str(error)
        except Exception:
            delivery.trouble = "It failed: see the log of the server."
            log.exception("a stream failed", stream=delivery.stream.id)
        await asyncio.sleep(1)


def _is_subject(subject: Mapping[str, Any]) -> bool:
    """Whether it names its format, and where that is ours (RFC 9493, section 3.2.1) whom it means."""
    members = ("format", "iss", "sub") if subject.get("format") == "iss_sub" else ("format",)
    return all(isinstance(subject.get(each), str) for each in members)


def _polled(asked: Mapping[str, Any]) -> tuple[int, bool, list[str], dict[str, str]]:
    most, at_once = asked.get("maxEvents", 100), asked.get("returnImmediately", False)
    ack, errors = asked.get("ack", []), asked.get("setErrs", {})
    if isinstance(most, float) and most.is_integer():
        # In JSON that is a number as whole as any other.
        most = int(most)
    fine = type(most) is int and most >= 0 and isinstance(at_once, bool) and isinstance(errors, dict)
    if not fine or not isinstance(ack, list) or not all(isinstance(each, str) for each in ack):
        raise Invalid("poll", "This is no request for tokens.", "See RFC 8936, section 2.2.")
    if not all(isinstance(each, dict) and isinstance(each.get("err"), str) for each in errors.values()):
        raise Invalid("poll", "`setErrs` holds what is no error.", "See RFC 8936, section 2.2.")
    return min(most, MAX_POLLED), at_once, ack, {jti: each["err"][:64] for jti, each in errors.items()}
