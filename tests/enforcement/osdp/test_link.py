"""How a reader is watched, lost and found again."""

import asyncio
import itertools
import time

from nameplate.domain.outcomes import Happening
from nameplate.domain.points import Channel
from nameplate.enforcement.osdp import mapping
from nameplate.enforcement.osdp.link import Link
from nameplate.enforcement.osdp.settings import OsdpSettings
from nameplate.enforcement.osdp.sim import SimulatedDoor

KEY = bytes(range(16))
SETTINGS = OsdpSettings(offline_after_s=0.5, kick_s=0.5)


class Watched:
    """A link that is stepped, and what it said."""

    def __init__(self, to: str) -> None:
        self.changes: list[Happening] = []
        self.heard: list[dict] = []
        self.link = Link(Channel("D1", to), KEY, SETTINGS, time.monotonic, self.heard.append, self._changed)

    def _changed(self, happening, detail) -> None:
        del detail
        self.changes.append(happening)

    async def until(self, reached) -> None:
        async with asyncio.timeout(10):
            while not reached():
                self.link.step()
                await asyncio.sleep(0.005)


def test_a_missing_line_is_reported_once_and_looked_for_again(tmp_path):
    async def scenario():
        path = tmp_path / "line"
        watched = Watched(f"pty:{path}")
        await watched.until(lambda: watched.changes)
        assert watched.changes == [Happening.READER_OFFLINE]
        assert not watched.link.send(mapping.strike(1.0))
        with SimulatedDoor(KEY, tmp_path) as sim:
            path.symlink_to(sim.path)
            await watched.until(lambda: watched.link.usable)
            assert watched.changes == [Happening.READER_OFFLINE, Happening.READER_ONLINE]
            watched.link.close()

    asyncio.run(scenario())


def test_silence_is_no_tampering(tmp_path):
    async def scenario():
        with SimulatedDoor(KEY, tmp_path) as sim:
            watched = Watched(f"pty:{sim.path}")
            await watched.until(lambda: watched.link.usable)
            sim.silence(cut=True)
            await watched.until(lambda: len(watched.changes) == 2)
            assert not watched.link.usable
            sim.silence(cut=False)
            await watched.until(lambda: watched.link.usable)
            assert watched.changes == [Happening.READER_ONLINE, Happening.READER_OFFLINE, Happening.READER_ONLINE]
            watched.link.close()

    asyncio.run(scenario())


def test_distrust_starts_afresh(tmp_path):
    async def scenario():
        with SimulatedDoor(KEY, tmp_path) as sim:
            watched = Watched(f"pty:{sim.path}")
            await watched.until(lambda: watched.link.usable)
            watched.link.distrust()
            await watched.until(lambda: not watched.link.usable)
            await watched.until(lambda: watched.link.usable)
            assert watched.changes[-1] is Happening.READER_ONLINE
            watched.link.close()

    asyncio.run(scenario())


def test_events_are_passed_on_only_over_a_secure_channel(tmp_path):
    async def scenario():
        with SimulatedDoor(bytes(16), tmp_path) as sim:
            watched = Watched(f"pty:{sim.path}")
            sim.open()
            await watched.until(lambda: Happening.SECURE_CHANNEL_LOST in watched.changes)
            assert watched.heard == []
            watched.link.close()
        with SimulatedDoor(KEY, tmp_path) as sim:
            watched = Watched(f"pty:{sim.path}")
            await watched.until(lambda: watched.heard)
            watched.link.close()

    asyncio.run(scenario())


def test_a_reader_in_clear_is_not_heard_while_it_is_being_installed(tmp_path):
    async def scenario():
        with SimulatedDoor(bytes(16), tmp_path, lax=True) as sim:
            watched = Watched(f"pty:{sim.path}")
            watched.link.begin_install(2.0)
            ticks = itertools.count()

            def over() -> bool:
                if next(ticks) % 40 == 0:
                    sim.open()
                return watched.changes[-1] is Happening.INSTALL_EXPIRED

            await watched.until(over)
            assert watched.heard == []
            watched.link.close()

    asyncio.run(scenario())
