"""One token on its way into force: verified, understood, put in force, and only then known as taken."""

import asyncio
import time
import weakref
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import structlog

from nameplate.domain.bridges import Bridge
from nameplate.domain.errors import Unavailable
from nameplate.domain.findings import Finding, Severity
from nameplate.domain.notices import Effect
from nameplate.ports.upstream import Hears

from .events import Kind, Signal, signal_of
from .mapping import Known, meaning
from .seen import Seen
from .sets import Keys, Refusal, Token, Trust, verify
from .subjects import Discarded, subjects_of

ASKED = 8
Raise = Callable[[Finding], Awaitable[None]]
log = structlog.get_logger()


class Receiver:
    """Takes the tokens of one transmitter. Owned by one event loop.

    `hears`: who takes what they say, while somebody does. `critical`: the subject members that the transmitter calls
    critical. `on_verified`: told when one of our verification requests is answered, with the time of that request.
    """

    def __init__(self, bridge: Bridge, known: Known, keys: Keys, seen: Seen, raise_finding: Raise) -> None:
        self.bridge, self._known, self._keys, self._seen, self._raise = bridge, known, keys, seen, raise_finding
        self._trust = Trust(bridge.option("issuer"), bridge.option("audience"))
        self._turns: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()
        self.hears: Hears | None = None
        self.critical: frozenset[str] = frozenset()
        self.stream_status = "enabled"
        self._asked: dict[str, float] = {}
        self.on_verified: Callable[[float], Awaitable[None]] = _nobody_asked
        self.taken = self.again = self.refused = self.ignored = self.strangers = 0

    async def take(self, raw: bytes) -> str:
        """Take one token; returns its `jti` once it is in force and cannot be played again.

        Raises Refusal for one that is not taken, Unavailable where it has to be sent again.
        """
        try:
            token = await verify(raw, self._trust, self._keys, int(time.time()))
            # In their order for one subject; one that waits for receipts holds up no other.
            turn = self._turns.setdefault(repr(sorted(token.subject.items(), key=str)), asyncio.Lock())
            async with turn:
                await self._take(token)
        except Refusal as refusal:
            self.refused += 1
            log.warning("a signal was refused", bridge=self.bridge.id, code=refusal.code, why=refusal.description)
            raise
        return token.jti

    async def _take(self, token: Token) -> None:
        if await asyncio.to_thread(self._seen.knows, token.jti, token.issued_at):
            self.again += 1
            return
        signal = signal_of(token.uri, token.event, token.happened_at)
        if signal is None:
            self.ignored += 1
        elif signal.kind in {Kind.VERIFICATION, Kind.STREAM_UPDATED}:
            await self._about_the_stream(signal)
        else:
            await self._in_force(signal, token)
        await asyncio.to_thread(self._seen.add, token.jti, token.issued_at, int(time.time()))
        self.taken += 1

    async def _in_force(self, signal: Signal, token: Token) -> None:
        if self.hears is None:
            raise Unavailable("starting", "The bridge is being started.", "Send it again.")
        try:
            subjects = subjects_of(token.subject, self.critical)
        except Discarded as error:
            self.ignored += 1
            log.warning("a signal was discarded", bridge=self.bridge.id, why=str(error))
            return
        found = meaning(signal, subjects, self.bridge, self._known)
        self.strangers += found.strangers
        if found.actors:
            _require_recorded(await self.hears.actors(found.actors))
        if found.people:
            _require_recorded(await self.hears.people(found.people))
        for finding in found.findings:
            await self._raise(finding)

    async def _about_the_stream(self, signal: Signal) -> None:
        if signal.kind is Kind.STREAM_UPDATED:
            await self.stream_is(signal.fields["status"])
            return
        state = signal.fields.get("state", "")
        # A transmitter may verify of its own accord, without a state: that answers nothing we have asked.
        if not state:
            return
        # Found by the text of a random state: how long that takes tells nothing of any other.
        asked_at = self._asked.pop(state, None)
        if asked_at is None:
            raise Refusal("invalid_state", "Nobody here has asked for a verification with that state.")
        await self.on_verified(asked_at)

    def ask(self, state: str, at: float) -> None:
        """We ask for a verification with `state`, at `at` (monotonic). The last few may still be answered."""
        self._asked[state] = at
        while len(self._asked) > ASKED:
            del self._asked[next(iter(self._asked))]

    async def stream_is(self, status: str) -> None:
        """The stream is `enabled`, `paused` or `disabled` now: a finding where it was going before."""
        former, self.stream_status = self.stream_status, status
        if status != "enabled" and former == "enabled":
            text = f"The stream of {self.bridge.id} is {status} by its transmitter: nothing more is heard of it."
            await self._raise(Finding("stream_stopped", Severity.HIGH, text))

    def counts(self) -> dict[str, Any]:
        """For `bridge status`."""
        names = ("taken", "again", "refused", "ignored", "strangers", "stream_status")
        return {name: getattr(self, name) for name in names}


def _require_recorded(effects: Sequence[Effect]) -> None:
    """A stop that holds but is not on record yet is not acknowledged: it is written later, and sent again."""
    if not all(effect.recorded for effect in effects):
        raise Unavailable("unrecorded", "It is in force and could not be recorded.", "Send it again.")


async def _nobody_asked(_asked_at: float) -> None:
    """Until somebody follows."""
