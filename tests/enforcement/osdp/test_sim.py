"""The simulated door as a robot meets it."""

import asyncio
import socket
from pathlib import Path

import pytest

from nameplate.enforcement.osdp.sim import SimulatedDoor

ANSWER = bytes([1]) + bytes(125)


@pytest.mark.parametrize(
    "rubbish", [b"\x00\x00", b"\xff\xff", b"\x00\x01\x09", b"\x00\x02\x01\x01", b"\x00\x05\x03", bytes(5000)]
)
def test_rubbish_over_the_air_does_not_harm_the_reader(running, rubbish):
    async def scenario():
        async with running() as site:
            with socket.socket(socket.AF_UNIX) as robot:
                robot.connect(str(site.sim.air[0]))
                robot.send(rubbish)
            assert (await site.come()).permit

    asyncio.run(scenario())


def test_an_over_long_answer_ends_at_the_reader(running):
    async def scenario():
        async with running() as site:
            coming = asyncio.create_task(site.come(answer=bytes(127)))
            await asyncio.sleep(0.5)
            assert site.decisions.presented == []
            coming.cancel()
            assert (await site.come()).permit

    asyncio.run(scenario())


def test_a_reader_hears_only_its_own_robots(running):
    async def scenario():
        async with running() as site:
            assert (await site.come(1)).permit
            assert [reader for _, reader, _ in site.decisions.presented] == ["r2"]

    asyncio.run(scenario())


def test_nothing_happens_without_a_control_panel(tmp_path):
    with SimulatedDoor(bytes(16), tmp_path) as sim:
        sim.open()
        sim.pass_up(b"\xe0\x00")
        assert sim.strikes == []
        assert not sim.electronics.secure


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_everything_is_cleared_away(tmp_path):
    before = open_files()
    with SimulatedDoor(bytes(16), tmp_path):
        assert open_files() > before
    assert open_files() == before
    assert list(tmp_path.iterdir()) == []
