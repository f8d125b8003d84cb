"""`nameplate demo` from start to end."""

import asyncio
import signal
import tempfile
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from rich.console import Console

from nameplate.boot.journal import verify_journal
from nameplate.boot.simulation import read_floor
from nameplate.entry.progress import say

from . import fleet, summary
from .live import show_live
from .narration import narrate
from .stage import Stage, raised
from .stories import STORIES, tell

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SMALLEST = (80, 24)

Show = Callable[[Stage], Awaitable[None]]


def run(seconds: float, live: bool) -> dict[str, Any]:
    """Run the demonstration for so long once the site stands, or until Ctrl-C, and sum it up.

    `live` draws on stderr, if that is a terminal of at least 80 by 24; otherwise lines tell what happens.
    """
    console = Console(stderr=True)
    if live and console.is_terminal and not console.is_dumb_terminal and console.size >= SMALLEST:
        return run_with(seconds, lambda stage: show_live(stage, seconds, console))
    return run_with(seconds, lambda stage: narrate(stage, say))


def run_with(seconds: float, show: Show) -> dict[str, Any]:
    """The same with another show: it runs beside the site and is cancelled at the end."""
    with tempfile.TemporaryDirectory(prefix="nameplate-demo-") as folder:
        return asyncio.run(_run(Path(folder), seconds, show))


async def _run(folder: Path, seconds: float, show: Show) -> dict[str, Any]:
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    # A robot that waits at a door holds a thread: no other robot may wait for it.
    loop.set_default_executor(ThreadPoolExecutor(2 * len(fleet.FLEET)))
    for number in SIGNALS:
        loop.add_signal_handler(number, ended.set)
    floor = read_floor(fleet.building_text())
    async with raised(folder, floor, say) as stage:
        began = time.monotonic()
        await _play(stage, seconds, show, ended)
        lasted = time.monotonic() - began
        say("ending all processes")
    stage.journal.catch_up()
    verdict = verify_journal(folder / "data", key=None, checkpoint=None).to_json()
    return summary.document(stage.journal.watch, verdict, len(stage.walkers), len(floor.lane_doors), lasted)


async def _play(stage: Stage, seconds: float, show: Show, ended: asyncio.Event) -> None:
    """Until the time is up or somebody ends it. What fails in a robot, a story or the show fails here."""
    over = asyncio.create_task(ended.wait())
    acts = [show(stage), *(walker.live() for walker in stage.walkers.values())]
    acts += [tell(stage, start, story) for start, story in STORIES]
    pending: set[asyncio.Task[Any]] = {over, *(asyncio.ensure_future(act) for act in acts)}
    deadline = time.monotonic() + seconds
    try:
        while not over.done() and (left := deadline - time.monotonic()) > 0:
            done, pending = await asyncio.wait(pending, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
    finally:
        for task in pending:
            task.cancel()
        await asyncio.gather(*pending, return_exceptions=True)
