"""Old records go after their retention time. First the state is written down whole, then what may go, then it goes."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from nameplate.domain.errors import Conflict, Unavailable
from nameplate.domain.registry import Registry
from nameplate.ports.journal import Journal

PATIENCE_S, LOOK_S = 10.0, 0.01

Snapshot = Callable[[Registry, int], Callable[[], Sequence[Mapping[str, Any]]]]
"""Holds the registry fast as of a record; what it returns makes the records that say it, in any thread."""


class Gone(Protocol):
    """A segment that may go."""

    @property
    def first(self) -> int:
        """Its first record."""
        ...

    @property
    def last(self) -> int:
        """Its last record."""
        ...

    def _asdict(self) -> dict[str, Any]: ...


class Segments(Protocol):
    """The files of the journal."""

    def prunable(self, before: int, last: int) -> Sequence[Gone]:
        """The oldest, up to record `last`, with nothing from `before` (microseconds, UTC) or later."""
        ...

    def handovers(self) -> Sequence[Mapping[str, Any]]:
        """The records of its keys, each of which says which key follows which: without them old ones mean nothing."""
        ...

    def remove_before(self, seq: int) -> int:
        """Remove what holds only records before `seq`."""
        ...


class Settling(Protocol):
    """The ledger, which knows whether everything that was written is in force."""

    @property
    def settled(self) -> bool:
        """Whether the registry holds exactly what the journal says."""
        ...

    async def commit(self, record: dict[str, Any]) -> int:
        """See `Ledger`."""
        ...


class Pruned(NamedTuple):
    """What went, or would go: records `first` to `last` in so many segments; zeros where there is nothing."""

    first: int
    last: int
    segments: int
    done: bool


class Pruner:
    """Owned by the event loop of the deciding process. One at a time."""

    def __init__(
        self,
        registry: Registry,
        ledger: Settling,
        journal: Journal,
        segments: Segments,
        snapshot: Snapshot,
        clock: Callable[[], int],
    ) -> None:
        self._registry, self._ledger, self._journal = registry, ledger, journal
        self._segments, self._snapshot, self._clock = segments, snapshot, clock
        self._busy = asyncio.Lock()

    async def prune(self, before: int, by: str, *, dry_run: bool = False) -> Pruned:
        """Let go of whole segments whose records are all older than `before` (microseconds, UTC).

        Raises Conflict while another one is at it, JournalUnavailable, Unavailable: nothing has gone then.
        """
        if self._busy.locked():
            raise Conflict("pruning", "The journal is being pruned already.", "Wait until that is done.")
        async with self._busy:
            covered = self._journal.checkpoint().size
            gone = await asyncio.to_thread(self._segments.prunable, before, covered)
            if not gone or dry_run:
                return _told(gone, done=False)
            await self._keep_state()
            for step in await asyncio.to_thread(self._segments.handovers):
                await self._ledger.commit(dict(step))
            told = [each._asdict() for each in gone]
            await self._ledger.commit({"kind": "pruned", "before": gone[-1].last + 1, "segments": told, "by": by})
            await asyncio.to_thread(self._segments.remove_before, gone[-1].last + 1)
            return _told(gone, done=True)

    async def keep(self, days: int, seconds: float) -> None:
        """Prune what is older than so many days, every so many seconds, for ever."""
        while True:
            await asyncio.sleep(seconds)
            with contextlib.suppress(Unavailable, Conflict):
                await self.prune(self._clock() - days * 86_400_000_000, "system")

    async def _keep_state(self) -> None:
        """Durable before anything goes: what the pruned records made of the state is in it."""
        await self._until(lambda: self._ledger.settled)
        seq = self._journal.next_seq - 1
        records = self._snapshot(self._registry, seq)
        await self._until(lambda: self._journal.checkpoint().size >= seq)
        for record in await asyncio.to_thread(records):
            await self._ledger.commit(dict(record))

    async def _until(self, holds: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not holds():  # noqa: ASYNC110 - the journal rings no bell for this
                    await asyncio.sleep(LOOK_S)
        except TimeoutError:
            raise Unavailable("journal_busy", "The journal does not come to rest.", "Try again later.") from None


def _told(gone: Sequence[Gone], *, done: bool) -> Pruned:
    return Pruned(gone[0].first, gone[-1].last, len(gone), done) if gone else Pruned(0, 0, 0, done)
