"""`python -m nameplate.entry.point`: started by the supervisor, which says on standard input which point this is."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from nameplate.boot import bus, catalog, clocks
from nameplate.boot.children import become_own_user, die_with_parent
from nameplate.boot.command import child_arguments
from nameplate.boot.logs import configure_logs

from .run import PointProcess, Start, read_start


def main() -> None:
    """Guard until told to end."""
    parent, settings = child_arguments()
    start = read_start(sys.stdin.buffer.read())
    configure_logs(settings.log, f"point {start.point}")
    build = catalog.POINTS[start.type](settings)
    socket = Path(start.socket)
    # Reached by name from here: the folders above it may be closed to the user that we become.
    os.chdir(socket.parent)
    if settings.points.own_user and os.geteuid() == 0:
        become_own_user(start.number)
    die_with_parent(parent)
    asyncio.run(_guard(start, Path(socket.name), build))


async def _guard(start: Start, socket: Path, build: catalog.Build) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    process = PointProcess(
        start, lambda welcome, decisions: build(welcome, decisions, clocks.wall, clocks.monotonic), clocks.wall
    )
    await process.run(lambda handlers, greet: bus.stay_connected(socket, handlers, greet), stop)


main()
