"""The doors of the demonstration: one simulated door with its electronics for each door on a lane."""

import asyncio
import os
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from nameplate.boot.simulation import SimulatedDoor

UNKEYED = bytes(16)
"""Readers come from the factory without a key of the site: they take it in their install window."""


class Hardware:
    """All doors by id. `queues`: robots wait in line before a door, as their fleet control would have them do."""

    def __init__(self, doors: Iterable[str], folder: Path) -> None:
        folder.mkdir()
        # Short names: the path of a socket has at most 107 bytes.
        self.doors = {
            door: SimulatedDoor(UNKEYED, folder, name=str(number), install=True) for number, door in enumerate(doors)
        }
        self.queues = {door: asyncio.Lock() for door in self.doors}

    @property
    def lines(self) -> dict[str, str]:
        """Where the electronics of each door answer."""
        return {ident: f"pty:{door.path}" for ident, door in self.doors.items()}

    def air(self, door: str, reader: int) -> Path:
        """Where a robot speaks to the reader of that number."""
        return self.doors[door].air[reader]

    def released(self, door: str) -> bool:
        """Whether the strike of the door is released now: nothing else lets its leaf open."""
        strikes = self.doors[door].strikes
        return bool(strikes) and time.monotonic() < strikes[-1].at + strikes[-1].seconds

    def __enter__(self) -> Self:
        for door in self.doors.values():
            if os.geteuid() == 0:
                # The door controller gives up root for a user of its own, and must still reach its lines.
                Path(door.path).chmod(0o666)
            door.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for door in self.doors.values():
            door.stop()
