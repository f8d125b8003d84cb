"""Behind the journal: fold every record into a registry of one's own, and keep the tables up to date."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import msgspec
import structlog

from nameplate.domain.errors import Unavailable
from nameplate.domain.registry import Registry, Touched, fold
from nameplate.domain.rollouts import Noted
from nameplate.ports.journal import Follower
from nameplate.ports.store import Store
from nameplate.ports.threads import in_thread

BATCH = 2_000
IDLE_S = 0.02
RETRY_S = 0.5
PATIENCE_S = 5.0

log = structlog.get_logger()
_decode: Any = msgspec.json.Decoder().decode


class Projection:
    """Follows the journal for ever. `registry` is what a reader of the tables will see.

    `watchers` are told of each change, `readers` of each record, when it has been taken in.
    """

    def __init__(self, registry: Registry, follower: Follower, store: Store, pending: Iterable[Touched] = ()) -> None:
        """`pending`: what of the registry the tables do not hold yet."""
        self.registry, self._follower, self._store = registry, follower, store
        self._moved = asyncio.Condition()
        # Not yet in the tables. Forgotten before they are saved, the tables would lie about what they hold.
        self._touched: dict[Touched, None] = dict.fromkeys(pending)
        self._noted = Noted()
        self._saved = -1 if self._touched else registry.seq
        self.watchers: list[Callable[[Touched], None]] = []
        self.readers: list[Callable[[Mapping[str, Any]], None]] = []

    async def run(self) -> None:
        """Until cancelled. While the tables cannot be written it goes on in memory and tries again."""
        while True:
            try:
                if not await self.advance():
                    await asyncio.sleep(IDLE_S)
            except Unavailable as error:
                log.warning("the tables are behind", why=str(error))
                await asyncio.sleep(RETRY_S)

    async def advance(self) -> bool:
        """Take one batch; returns whether there was any. Raises `Unavailable` when it cannot be saved yet."""
        entries = self._follower.poll(BATCH)
        for entry in entries:
            record = _decode(entry.raw)
            for touched in fold(self.registry, record):
                self._touched[touched] = None
                for watcher in self.watchers:
                    watcher(touched)
            self._noted.note(record)
            for note in self.readers:
                note(record)
        if entries:
            async with self._moved:
                self._moved.notify_all()
        if self.registry.seq == self._saved:
            return False
        await in_thread(partial(self._store.save, self.registry, tuple(self._touched), self.registry.seq, self._noted))
        self._touched.clear()
        self._noted.clear()
        self._saved = self.registry.seq
        async with self._moved:
            self._moved.notify_all()
        return True

    async def reach(self, seq: int) -> None:
        """Wait until record `seq` has been taken in."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.registry.seq >= seq)

    async def saved(self) -> None:
        """Wait until the tables hold all that has been taken in so far; raises `Unavailable` after PATIENCE_S."""
        seq = self.registry.seq
        try:
            async with asyncio.timeout(PATIENCE_S), self._moved:
                await self._moved.wait_for(lambda: self._saved >= seq)
        except TimeoutError:
            raise Unavailable(
                "tables_behind", "The tables are behind the journal.", "See the log of the server."
            ) from None
