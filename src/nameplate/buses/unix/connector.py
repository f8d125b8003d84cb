"""The connecting side."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from pathlib import Path

import structlog

from nameplate.domain.errors import Refused, Unavailable

from .listener import peer_uid
from .peer import Handler, Peer

RETRY_S = 0.1

log = structlog.get_logger()


async def connect(path: Path, handlers: Mapping[str, Handler] | None = None) -> Peer:
    """A connection to whoever listens at `path`; raises `Unavailable`."""
    try:
        reader, writer = await asyncio.open_unix_connection(str(path))
    except OSError as error:
        message = f"Nothing answers at {path} ({error.strerror})."
        raise Unavailable("unreachable", message, "Is `nameplate serve` running?") from None
    peer = Peer(reader, writer, handlers or {}, peer_uid(writer.get_extra_info("socket").fileno()))
    task = asyncio.get_running_loop().create_task(peer.run())
    peer.task = task
    return peer


async def keep_connected(path: Path, handlers: Mapping[str, Handler], greet: Callable[[Peer], Awaitable[None]]) -> None:
    """Connect again and again, for ever. `greet` introduces us on each new connection.

    When it finds nobody or is refused we try again: the other side may have been started anew and not know us yet.
    """
    while True:
        with suppress(Unavailable):
            await _stay(await connect(path, handlers), greet)
        await asyncio.sleep(RETRY_S)


async def _stay(peer: Peer, greet: Callable[[Peer], Awaitable[None]]) -> None:
    try:
        await greet(peer)
        await peer.closed.wait()
    except Refused as error:
        log.warning("refused; trying again", why=str(error))
    finally:
        await peer.abandon()
