"""The bus between our own processes: Unix sockets."""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from nameplate.buses.unix import Listener, connect, keep_connected
from nameplate.buses.unix.listener import bind
from nameplate.ports.bus import Handler, Peer

__all__ = ["bind", "dial", "listen", "stay_connected"]


async def listen(
    path: Path,
    handlers: Mapping[str, Handler],
    mode: int,
    gone: Callable[[Peer], None] | None = None,
    introduction_s: float | None = None,
) -> Listener:
    """Serve `handlers` at `path`; see `Listener`."""
    listener = Listener(path, handlers, mode, gone, introduction_s)
    await listener.start()
    return listener


async def dial(path: Path) -> Peer:
    """A connection to whoever listens at `path`; raises `Unavailable`."""
    return await connect(path)


async def stay_connected(path: Path, handlers: Mapping[str, Handler], greet: Callable[[Peer], Awaitable[None]]) -> None:
    """Connect again and again, for ever; `greet` introduces us each time."""
    await keep_connected(path, handlers, greet)
