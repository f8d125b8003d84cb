"""The decision point as an enforcement process sees it: the other end of a socket."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress

import structlog

from nameplate.domain.errors import Invalid, NameplateError, Refused, Unavailable
from nameplate.domain.links import AtReader
from nameplate.domain.outcomes import Happening, Outcome
from nameplate.domain.verdicts import Decision
from nameplate.ports.bus import Peer

MAX_KEPT = 10_000
BATCH = 200
RETRY_S = 0.2
ASK_TIMEOUT_S = 5.0
LAST_WORDS_S = 1.0

log = structlog.get_logger()


class RemoteDecisionPoint:
    """Asks over a connection that may come and go. What is reported meanwhile is kept, up to MAX_KEPT outcomes."""

    def __init__(self, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._peer: Peer | None = None
        self._kept: deque[Outcome] = deque()
        self._lost = 0
        self._wake, self._settled = asyncio.Event(), asyncio.Event()
        self._settled.set()

    def connected(self, peer: Peer) -> None:
        """From now on ask this one."""
        self._peer = peer
        self._wake.set()

    @property
    def online(self) -> bool:
        """Whether the deciding process can be reached now."""
        return self._peer is not None and not self._peer.closed.is_set()

    async def challenge(self, door: str, reader: str) -> bytes:
        """A fresh challenge; see `ports.decision_point`."""
        return await self._reach().call("challenge", AtReader(door, reader), bytes, ASK_TIMEOUT_S)

    async def present(self, door: str, reader: str, answer: bytes) -> Decision:
        """The decision on an answer; see `ports.decision_point`."""
        return await self._reach().call("present", AtReader(door, reader, answer), Decision, ASK_TIMEOUT_S)

    def report(self, outcome: Outcome) -> None:
        """Keep an outcome until it is delivered. With too many the oldest gives way, and that is reported too."""
        if len(self._kept) >= MAX_KEPT:
            self._kept.popleft()
            self._lost += 1
        self._kept.append(outcome)
        self._settled.clear()
        self._wake.set()

    async def deliver(self) -> None:
        """Send what is reported, in order, for ever."""
        while True:
            await self._wake.wait()
            self._wake.clear()
            await self._deliver_kept()
            if not self._kept and not self._lost:
                self._settled.set()

    async def settle(self) -> None:
        """Wait until all is delivered, but no longer than LAST_WORDS_S: for the end of a process."""
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_WORDS_S):
                await self._settled.wait()

    async def _deliver_kept(self) -> None:
        size = BATCH
        while (self._kept or self._lost) and self.online:
            try:
                await self._deliver_batch(size)
            except (Invalid, Refused) as error:
                size = self._after_refusal(size, error)
                await asyncio.sleep(RETRY_S)
            except NameplateError:
                await asyncio.sleep(RETRY_S)

    def _after_refusal(self, size: int, error: NameplateError) -> int:
        """How many to send next. One report that is refused for ever must not hold up all others: it gives way."""
        if size > 1:
            return 1
        if self._kept:
            log.error("a report is not accepted", happening=self._kept.popleft().happening, why=error.message)
            self._lost += 1
        return BATCH

    async def _deliver_batch(self, size: int) -> None:
        if lost := self._lost:
            outcome = Outcome(Happening.REPORTS_LOST, self._clock(), detail={"lost": lost})
            await self._reach().call("report", [outcome], type(None))
            self._lost -= lost
        batch = [self._kept[index] for index in range(min(size, len(self._kept)))]
        if batch:
            await self._reach().call("report", batch, type(None))
        for _ in batch:
            self._kept.popleft()

    def _reach(self) -> Peer:
        if self._peer is None or self._peer.closed.is_set():
            raise Unavailable("decide_gone", "The deciding process cannot be reached.", "It is being started again.")
        return self._peer
