"""How a reader is watched, lost and found again."""

import asyncio
import itertools
import time

import pytest

from nameplate.domain.errors import Refused
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


NEW = bytes([7]) * 16
TOLD_OF_KEYS = {
    Happening.TRANSPORT_KEY_ACKNOWLEDGED,
    Happening.TRANSPORT_KEY_CHANGED,
    Happening.TRANSPORT_KEY_KEPT,
}


def of_keys(watched):
    return [each for each in watched.changes if each in TOLD_OF_KEYS]


def test_a_reader_takes_another_key_and_comes_back_with_it(tmp_path):
    async def scenario():
        with SimulatedDoor(KEY, tmp_path) as sim:
            watched = Watched(f"pty:{sim.path}")
            await watched.until(lambda: watched.link.usable)
            watched.link.begin_rekey(NEW)
            with pytest.raises(Refused, match="already"):
                watched.link.begin_rekey(bytes(16))
            await watched.until(lambda: len(of_keys(watched)) == 2)
            assert of_keys(watched) == [Happening.TRANSPORT_KEY_ACKNOWLEDGED, Happening.TRANSPORT_KEY_CHANGED]
            assert Happening.READER_OFFLINE not in watched.changes
            assert Happening.SECURE_CHANNEL_LOST not in watched.changes
            await watched.until(lambda: watched.link.usable)
            assert sim.electronics.key == NEW
            # Whoever has the old key only is not heard any more.
            watched.link.close()
            former = Watched(f"pty:{sim.path}")
            await former.until(lambda: former.changes)
            assert former.changes == [Happening.SECURE_CHANNEL_LOST]
            former.link.close()

    asyncio.run(scenario())


def test_a_reader_that_is_away_is_sent_nothing(tmp_path):
    async def scenario():
        with SimulatedDoor(KEY, tmp_path) as sim:
            watched = Watched(f"pty:{sim.path}")
            with pytest.raises(Refused, match="cannot be reached"):
                watched.link.begin_rekey(NEW)
            await watched.until(lambda: watched.link.usable)
            sim.silence(cut=True)
            await watched.until(lambda: not watched.link.usable)
            with pytest.raises(Refused, match="cannot be reached"):
                watched.link.begin_rekey(NEW)
            sim.silence(cut=False)
            await watched.until(lambda: watched.link.usable)
            assert sim.electronics.key == KEY
            assert of_keys(watched) == []
            watched.link.close()

    asyncio.run(scenario())


@pytest.mark.parametrize(("has", "told"), [(KEY, Happening.TRANSPORT_KEY_KEPT), (NEW, Happening.TRANSPORT_KEY_CHANGED)])
def test_after_a_power_cut_it_is_found_out_which_of_the_two_the_reader_has(tmp_path, has, told):
    async def scenario():
        with SimulatedDoor(has, tmp_path) as sim:
            watched = Watched(f"pty:{sim.path}")
            watched.link.expect(NEW)
            await watched.until(lambda: of_keys(watched) and watched.link.usable)
            assert of_keys(watched) == [told]
            assert Happening.SECURE_CHANNEL_LOST not in watched.changes
            # Once more, for somebody who has not heard it.
            watched.link.expect(NEW)
            assert of_keys(watched) == [told, told]
            watched.link.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("dies", ["before", "after"])
def test_a_reader_that_loses_power_while_it_is_given_a_key_is_not_lost(tmp_path, tap, dies):
    """It has the old one or the new one; its acknowledgement is lost in both cases."""

    async def scenario():
        with SimulatedDoor(KEY, tmp_path) as sim:
            line = tap(sim.path)
            watched = Watched(f"pty:{line.path}")
            await watched.until(lambda: watched.link.usable)

            def cut(_command=None):
                line.cut = True

            if dies == "before":
                cut()
            else:
                sim.on_command = cut
            watched.link.begin_rekey(NEW)
            await watched.until(lambda: not watched.link.usable)
            assert of_keys(watched) == []
            line.cut = False
            sim.electronics.power_cycle(0.1)
            await watched.until(lambda: of_keys(watched) and watched.link.usable)
            changed = dies == "after"
            assert of_keys(watched) == [
                Happening.TRANSPORT_KEY_CHANGED if changed else Happening.TRANSPORT_KEY_KEPT,
            ]
            assert sim.electronics.key == (NEW if changed else KEY)
            watched.link.close()

    asyncio.run(scenario())


def test_a_reader_with_a_third_key_is_no_reader_of_ours(tmp_path):
    async def scenario():
        with SimulatedDoor(bytes(16), tmp_path) as sim:
            watched = Watched(f"pty:{sim.path}")
            watched.link.expect(NEW)
            await watched.until(lambda: Happening.SECURE_CHANNEL_LOST in watched.changes)
            assert of_keys(watched) == []
            assert not watched.link.usable
            watched.link.close()

    asyncio.run(scenario())
