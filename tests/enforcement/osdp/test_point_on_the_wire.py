"""The door controller against real libosdp peripherals: keys, lines, and attackers on the wire."""

import asyncio
import binascii
import contextlib
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nameplate.domain.actors import State
from nameplate.domain.errors import Refused
from nameplate.domain.outcomes import Happening
from nameplate.domain.stops import Stop
from nameplate.enforcement.osdp.settings import OsdpSettings

WRONG_KEY = bytes(16)


def stop_of(actor: str, cut_off: int) -> Stop:
    return Stop("s-1", (actor,), State.QUARANTINED, cut_off)


async def none_for(seconds: float, *, of) -> None:
    """Give something that must not happen the time to happen."""
    for _ in range(int(seconds / 0.05)):
        await asyncio.sleep(0.05)
        assert not of()


@pytest.mark.parametrize("lax", [False, True])
def test_a_reader_with_another_key_never_comes_up_and_gets_nothing(running, lax):
    async def scenario():
        async with running(reader_key=WRONG_KEY, lax=lax, wait=False) as site:
            await site.decisions.wait_for(Happening.SECURE_CHANNEL_LOST)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(1.5):
                    await site.come()
            assert site.sim.commands == []
            assert not site.decisions.seen(Happening.READER_ONLINE)

    asyncio.run(scenario())


def test_a_reader_in_install_mode_gets_no_key_outside_the_window(running):
    async def scenario():
        async with running(install=True, reader_key=WRONG_KEY, wait=False) as site:
            await none_for(2.5, of=lambda: site.decisions.seen(Happening.READER_ONLINE) or site.sim.commands)
            assert site.sim.electronics.install
            assert site.sim.electronics.key == WRONG_KEY

    asyncio.run(scenario())


def test_a_reader_in_install_mode_gets_its_key_inside_the_window(running):
    async def scenario():
        async with running(install=True, reader_key=WRONG_KEY, wait=False) as site:
            site.point.begin_install("D1", 20)
            with pytest.raises(Refused):
                site.point.begin_install("D1", 20)
            await site.decisions.wait_for(Happening.INSTALL_DONE)
            await site.decisions.wait_for(Happening.READER_ONLINE)
            assert site.sim.electronics.key == bytes(range(16))
            assert (await site.come()).permit
            assert not site.decisions.seen(Happening.INSTALL_EXPIRED)

    asyncio.run(scenario())


def test_an_install_window_ends_and_the_reader_gets_nothing_afterwards(running):
    async def scenario():
        quick = OsdpSettings(kick_s=0.5)
        async with running(reader_key=WRONG_KEY, wait=False, settings=quick) as site:
            site.point.begin_install("D1", 1.5)
            await site.decisions.wait_for(Happening.INSTALL_STARTED)
            await site.decisions.wait_for(Happening.INSTALL_EXPIRED)
            assert not site.decisions.seen(Happening.INSTALL_DONE)
            assert not site.decisions.seen(Happening.SECURE_CHANNEL_LOST)
            assert site.sim.electronics.key == WRONG_KEY
            assert site.sim.strikes == []

    asyncio.run(scenario())


def test_a_reader_that_falls_silent_is_soon_offline_and_back_after_a_long_blackout(running):
    async def scenario():
        async with running() as site:
            site.sim.silence(cut=True)
            async with asyncio.timeout(1.6):
                await site.decisions.wait_for(Happening.READER_OFFLINE)
            await none_for(9.0, of=lambda: len(site.decisions.seen(Happening.READER_ONLINE)) > 1)
            site.sim.silence(cut=False)
            async with asyncio.timeout(6):
                await site.decisions.wait_for(Happening.READER_ONLINE, 2)
            assert (await site.come()).permit

    asyncio.run(scenario())


def test_a_reader_that_restarts_is_back(running):
    async def scenario():
        async with running() as site:
            site.sim.power_cycle(1.0)
            async with asyncio.timeout(8):
                await site.decisions.wait_for(Happening.READER_ONLINE, 2)
            assert (await site.come()).permit

    asyncio.run(scenario())


@pytest.mark.parametrize("pace", [(1, 0.0001), (7, 0.004)])
def test_a_slow_line_that_delivers_in_pieces_works(running, pace):
    async def scenario():
        async with running(pace=pace) as site:
            assert (await site.come()).permit
            assert len(site.sim.strikes) == 1

    asyncio.run(scenario())


def test_a_replayed_strike_releases_nothing_and_is_noticed(running, tap):
    taps = []

    def through(sim) -> str:
        taps.append(tap(sim.path))
        return f"pty:{taps[0].path}"

    async def scenario():
        async with running(to=through) as site:
            before = len(taps[0].to_door)
            assert (await site.come()).permit
            recorded = list(taps[0].to_door[before:])
            for frame in recorded * 5:
                taps[0].inject_to_door(frame)
            await site.decisions.wait_for(Happening.SECURE_CHANNEL_LOST)
            assert len(site.sim.strikes) == 1
            await site.decisions.wait_for(Happening.READER_ONLINE, 2)
            assert len(site.sim.strikes) == 1
            assert (await site.come()).permit

    asyncio.run(scenario())


def test_replayed_answers_of_the_reader_release_nothing(running, tap):
    taps = []

    def through(sim) -> str:
        taps.append(tap(sim.path))
        return f"pty:{taps[0].path}"

    async def scenario():
        async with running(to=through) as site:
            assert (await site.come()).permit
            strikes, asked = len(site.sim.strikes), len(site.decisions.presented)
            for frame in list(taps[0].to_panel) * 2:
                taps[0].inject_to_panel(frame)
            await none_for(0.5, of=lambda: len(site.decisions.presented) > asked)
            assert len(site.sim.strikes) == strikes

    asyncio.run(scenario())


def test_noise_on_the_line_releases_nothing_and_does_not_stay(running):
    async def scenario():
        async with running() as site:
            for size in (1, 40, 300, 3000):
                site.sim.noise(b"\x53\x80" + os.urandom(size))
            await none_for(0.5, of=lambda: site.sim.strikes)
            assert (await persistent(site)).permit
            assert len(site.sim.strikes) == 1

    asyncio.run(scenario())


def in_clear(address: int, sequence: int, code: int, data: bytes) -> bytes:
    """An intact frame of somebody who knows OSDP but no key."""
    head = bytes([0x53, address]) + (8 + len(data)).to_bytes(2, "little") + bytes([0x04 | sequence, code]) + data
    return head + binascii.crc_hqx(head, 0x1D0F).to_bytes(2, "little")


OUT, MFGREP = 0x68, 0x90
PRESENT_AND_ANSWER = (b"\x0a\x4e\x50\xe0\x00", b"\x50\x4e\x0a\xe0\x00", b"\x0a\x4e\x50\xe2\x00" + bytes(126))


def test_a_forged_command_in_clear_releases_nothing(running, tap):
    taps = []

    def through(sim) -> str:
        taps.append(tap(sim.path))
        return f"pty:{taps[0].path}"

    async def scenario():
        async with running(to=through) as site:
            for sequence in (0, 1, 2, 3):
                taps[0].inject_to_door(in_clear(0, sequence, OUT, bytes([0, 5, 50, 0])))
            assert (await persistent(site)).permit
            assert len(site.sim.strikes) == 1
            assert site.sim.strikes[0].seconds == 0.5

    asyncio.run(scenario())


def test_forged_replies_in_clear_are_never_heard(running):
    async def scenario():
        async with running() as site:
            for data in PRESENT_AND_ANSWER:
                for sequence in (0, 1, 2, 3):
                    site.sim.noise(in_clear(0x80, sequence, MFGREP, data))
            await none_for(0.5, of=lambda: site.sim.commands)
            assert (await persistent(site)).permit
            assert len(site.decisions.presented) == 1

    asyncio.run(scenario())


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.binary(min_size=1, max_size=180), min_size=1, max_size=8))
def test_hostile_bytes_on_a_live_line_release_nothing_and_pass(running, pieces):
    async def scenario():
        async with running() as site:
            for sequence, piece in enumerate(pieces):
                site.sim.noise(piece)
                site.sim.noise(in_clear(0x80, sequence % 4, piece[0], piece[1:140]))
            assert (await persistent(site)).permit
            assert len(site.sim.strikes) == 1
            assert len(site.decisions.presented) == 1

    asyncio.run(scenario())


async def persistent(site):
    """Come again until somebody answers."""
    for _ in range(6):
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(2):
                return await site.come()
    raise TimeoutError


def test_a_wrong_sized_or_unasked_answer_is_refused_by_the_site(running):
    async def scenario():
        async with running() as site:
            site.sim.pass_up(b"\xe2\x00" + bytes(126))
            assert (await site.come(answer=bytes(100))).reason == "malformed"
            for hostile in (b"\xe0", b"\xe0\x07", b"\xe2", b"\xe2\xff" + bytes(126), bytes(128)):
                site.sim.pass_up(hostile)
            assert site.decisions.presented == []
            assert site.sim.strikes == []
            assert (await site.come()).permit

    asyncio.run(scenario())
