import asyncio
from contextlib import suppress

import pytest

from nameplate.boot import clocks


class Hands:
    """Both clocks, set by hand, in microseconds."""

    def __init__(self, monkeypatch):
        self.wall, self.mono = 1_000_000_000, 500
        monkeypatch.setattr(clocks, "PERIOD_S", 0)
        monkeypatch.setattr(clocks, "wall", lambda: self.wall)
        monkeypatch.setattr(clocks, "monotonic", lambda: self.mono / 1_000_000)


async def watched(act):
    steps: list[float] = []
    watching = asyncio.create_task(clocks.watch_for_steps(steps.append))
    for change in act:
        for _ in range(3):
            await asyncio.sleep(0)
        change()
    for _ in range(3):
        await asyncio.sleep(0)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    return steps


@pytest.mark.parametrize("step", [-3_600_000_000, -1_000_002, 1_000_002, 86_400_000_000])
def test_a_clock_that_jumps_is_reported_once_with_the_size_of_the_jump(monkeypatch, step):
    hands = Hands(monkeypatch)

    def jump():
        hands.wall += step

    assert asyncio.run(watched([jump])) == [pytest.approx(step / 1_000_000, abs=0.001)]


def test_time_that_passes_is_no_jump_nor_is_a_small_correction(monkeypatch):
    hands = Hands(monkeypatch)

    def pass_on():
        hands.wall, hands.mono = hands.wall + 60_000_000, hands.mono + 60_000_000

    def correct():
        hands.wall += 900_000

    assert asyncio.run(watched([pass_on, correct, pass_on, correct])) == []


def test_the_clocks_count_in_the_units_that_everything_expects():
    assert 1_700_000_000_000_000 < clocks.wall() < 4_102_444_800_000_000
    assert clocks.monotonic() <= clocks.monotonic()
