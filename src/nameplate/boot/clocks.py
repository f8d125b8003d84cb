"""The two clocks. Everything below takes them as arguments."""

import asyncio
import time
from collections.abc import Callable

STEP_US = 1_000_000
PERIOD_S = 1.0


def wall() -> int:
    """Microseconds since the epoch, UTC."""
    return time.time_ns() // 1000


monotonic = time.monotonic
"""Seconds that only go forward."""


async def watch_for_steps(stepped: Callable[[float], None]) -> None:
    """Tell `stepped` (seconds, positive = forward) whenever the wall clock moves apart from the monotonic one."""
    apart = wall() - int(monotonic() * 1_000_000)
    while True:
        await asyncio.sleep(PERIOD_S)
        now = wall() - int(monotonic() * 1_000_000)
        if abs(now - apart) > STEP_US:
            stepped((now - apart) / 1_000_000)
        apart = now
