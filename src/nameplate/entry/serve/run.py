"""`nameplate serve` from start to end."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from nameplate.boot import bus
from nameplate.boot.claim import claimed
from nameplate.boot.layout import require_layout
from nameplate.boot.logs import configure_logs
from nameplate.boot.notify import tell_systemd, watchdog_seconds
from nameplate.boot.paths import Paths
from nameplate.boot.settings import Settings
from nameplate.domain.errors import Invalid, NameplateError
from nameplate.entry.client import Client

from .supervisor import Supervisor

LOOK_S = 0.2
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


def _end(task: "asyncio.Task[None]") -> None:
    tell_systemd("STOPPING=1")
    task.cancel()


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
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, _end, task)
    # At a terminal a hang-up means that nobody is there any more; for a service it means: load anew.
    loop.add_signal_handler(signal.SIGHUP, task.cancel if os.isatty(0) else supervisor.reload)
    telling = asyncio.create_task(_tell_systemd(Client(data)))
    try:
        await task
    except asyncio.CancelledError:
        return
    finally:
        telling.cancel()


async def _tell_systemd(client: Client) -> None:
    """That we are there, and then that we still are."""
    while not await _answers(client):  # noqa: ASYNC110 - another process becomes ready
        await asyncio.sleep(LOOK_S)
    tell_systemd("READY=1")
    await _offer_first(client)
    often = watchdog_seconds()
    while often:
        await asyncio.sleep(often / 3)
        if await _answers(client):
            tell_systemd("WATCHDOG=1")


async def _offer_first(client: Client) -> None:
    """While nobody is in charge, say where somebody takes charge. The link counts once, and not long."""
    with suppress(NameplateError):
        offered = await asyncio.to_thread(client.post, "/v1/first-owner-links", {})
        sys.stderr.write(f"No owner yet. Open this once, until {offered['expires_at']}: {offered['link']}\n")


async def _answers(client: Client) -> bool:
    try:
        await asyncio.to_thread(client.get, "/healthz")
    except NameplateError:
        return False
    return True
