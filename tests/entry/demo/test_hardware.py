import asyncio
import os
import stat
import threading
from pathlib import Path

from nameplate.entry.demo.hardware import Hardware

DOORS = ("L1-lab-entrance", "L1-pharmacy-entrance")


def test_every_door_has_a_line_and_a_reader_on_each_side(tmp_path):
    before = threading.active_count()
    with Hardware(DOORS, tmp_path / "doors") as hardware:
        assert set(hardware.lines) == set(DOORS)
        assert all(to.startswith("pty:/dev/") for to in hardware.lines.values())
        assert len({hardware.air(door, reader) for door in DOORS for reader in (0, 1)}) == 4
        assert all(hardware.air(door, 1).is_socket() for door in DOORS)
        assert threading.active_count() == before + len(DOORS)
    assert threading.active_count() == before


def test_its_lines_are_open_to_the_controller_only_where_that_is_another_user(tmp_path):
    with Hardware(DOORS[:1], tmp_path / "doors") as hardware:
        mode = stat.S_IMODE(Path(hardware.lines[DOORS[0]].removeprefix("pty:")).stat().st_mode)
    assert bool(mode & stat.S_IWOTH) == (os.geteuid() == 0)


def test_a_strike_that_nobody_released_is_not_released(tmp_path):
    with Hardware(DOORS[:1], tmp_path / "doors") as hardware:
        assert not hardware.released(DOORS[0])


def test_robots_wait_in_line_before_one_door_and_not_before_the_other(tmp_path):
    async def main():
        hardware = Hardware(DOORS, tmp_path / "doors")
        with hardware:
            async with hardware.queues[DOORS[0]]:
                return [hardware.queues[door].locked() for door in DOORS]

    assert asyncio.run(main()) == [True, False]
