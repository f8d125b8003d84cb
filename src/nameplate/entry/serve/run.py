"""`nameplate serve` from start to end."""

import asyncio
import os
import signal
from pathlib import Path

from nameplate.boot import bus
from nameplate.boot.claim import claimed
from nameplate.boot.layout import require_layout
from nameplate.boot.logs import configure_logs
from nameplate.boot.paths import Paths
from nameplate.boot.settings import Settings
from nameplate.domain.errors import Invalid

from .supervisor import Supervisor

MAX_SOCKET_PATH = 107
"""Bytes of the path of a Unix socket (unix(7))."""


def serve(settings: Settings) -> None:
    """Run all processes until SIGTERM or SIGINT. Raises Conflict when a server runs there.

    Raises Invalid when the path of the data directory is too long for sockets in it.
    """
    configure_logs(settings.log, "serve")
    require_short(Paths(settings.data.absolute()).internal)
    Paths(settings.data).create()
    with claimed(settings.data):
        require_layout(Paths(settings.data))
        asyncio.run(_serve(settings))


def require_short(socket: Path) -> None:
    if (size := len(os.fsencode(socket))) > MAX_SOCKET_PATH:
        message = f"The socket {socket} would have a path of {size} bytes; at most {MAX_SOCKET_PATH} are possible."
        raise Invalid("data", message, "Name a directory with a shorter path with --data.")


async def _serve(settings: Settings) -> None:
    data = settings.data.absolute()
    paths = Paths(data)
    args = ["--data", str(data), "--host", settings.host, "--port", str(settings.port)]
    supervisor = Supervisor(lambda: bus.dial(paths.internal), paths.points, args)
    task = asyncio.create_task(supervisor.run())
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        return
