"""The show for people at a terminal: the live view, on the alternate screen."""

import asyncio
import time

from rich.console import Console
from rich.live import Live

from nameplate.boot import clocks

from .fleet import FLEET
from .stage import Stage
from .view import Moment, View

FRAMES = 6
"""A second."""


async def show_live(stage: Stage, seconds: float, console: Console) -> None:
    """Draw until cancelled, then give the terminal back as it was."""
    view = View(stage.floor, FLEET, ascii_only=not console.encoding.lower().startswith("utf"))
    began = time.monotonic()
    with Live(console=console, screen=True, auto_refresh=False, transient=True) as live:
        while True:
            now = moment(stage, time.monotonic() - began, seconds)
            live.update(view.render(now, *console.size), refresh=True)
            await asyncio.sleep(1 / FRAMES)


def moment(stage: Stage, elapsed: float, seconds: float) -> Moment:
    """The site as it is now."""
    places = {actor: walker.at for actor, walker in stage.walkers.items()}
    return Moment(stage.journal.watch, places, clocks.wall(), elapsed, seconds)
