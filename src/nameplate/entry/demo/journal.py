"""Behind the journal of a running server."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from nameplate.boot.journal import reader
from nameplate.domain.errors import Unavailable

from .watch import Watch

BATCH, POLL_S = 1000, 0.05


class JournalWatch:
    """Follows a journal and lets others wait for what they expect in it."""

    def __init__(self, data: Path) -> None:
        self.watch = Watch()
        self._follower = reader(data).follow(1)
        self._moved = asyncio.Condition()

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            if self.catch_up():
                async with self._moved:
                    self._moved.notify_all()
            await asyncio.sleep(POLL_S)

    def catch_up(self) -> int:
        """Take in all records that are there; returns how many."""
        count = 0
        while entries := self._follower.poll(BATCH):
            for entry in entries:
                self.watch.see(json.loads(entry.raw))
            count += len(entries)
        return count

    async def until(self, what: str, holds: Callable[[Watch], bool], seconds: float) -> None:
        """Wait until it holds; raises Unavailable when that takes too long. `what` completes "waited for ..."."""
        try:
            async with asyncio.timeout(seconds), self._moved:
                await self._moved.wait_for(lambda: holds(self.watch))
        except TimeoutError:
            raise Unavailable("demo", f"The demonstration waited {seconds:g} s for {what}, in vain.") from None
