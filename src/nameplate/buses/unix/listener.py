"""The listening side. The kernel says who calls (SO_PEERCRED, unix(7))."""

import asyncio
import os
import socket
import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import structlog

from .peer import Handler, Peer

MAX_OF_ONE_USER = 256
"""Connections that one user may hold: nobody takes all descriptors away from the others."""

log = structlog.get_logger()


class Listener:
    """Serves `handlers` at `path`. `mode`: permissions of the socket. `gone` is told of each peer that leaves.

    `introduction_s`: who has no name by then is hung up on, and may not send much before. None: nobody needs a name.
    """

    def __init__(
        self,
        path: Path,
        handlers: Mapping[str, Handler],
        mode: int = 0o600,
        gone: Callable[[Peer], None] | None = None,
        introduction_s: float | None = None,
    ) -> None:
        self._path, self._handlers, self._mode, self._gone = path, handlers, mode, gone
        self._introduction_s = introduction_s
        self._server: asyncio.Server | None = None
        self._serving: dict[asyncio.Task[None] | None, Peer] = {}

    async def start(self) -> None:
        """Bind and listen. A socket that a dead process left behind is replaced."""
        sock = bind(self._path, self._mode)
        self._server = await asyncio.start_unix_server(self._serve, sock=sock)

    async def stop(self) -> None:
        """Stop listening, end every connection and what was begun over it."""
        if self._server is not None:
            self._server.close()
        serving = dict(self._serving)
        for peer in serving.values():
            await peer.abandon()
        await asyncio.gather(*(task for task in serving if task), return_exceptions=True)
        self._path.unlink(missing_ok=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        uid, stranger = peer_uid(writer.get_extra_info("socket").fileno()), self._introduction_s is not None
        peer = Peer(reader, writer, self._handlers, uid, stranger=stranger)
        if sum(other.uid == peer.uid for other in self._serving.values()) >= MAX_OF_ONE_USER:
            log.warning("too many connections of one user", uid=peer.uid)
            await peer.close()
            return
        task = asyncio.current_task()
        self._serving[task] = peer
        deadline = self._expect_name(peer)
        try:
            await peer.run()
        finally:
            if deadline is not None:
                deadline.cancel()
            if self._gone is not None:
                self._gone(peer)
            await peer.finish()
            del self._serving[task]

    def _expect_name(self, peer: Peer) -> asyncio.TimerHandle | None:
        if self._introduction_s is None:
            return None
        return asyncio.get_running_loop().call_later(self._introduction_s, _hang_up_on_nobody, peer)


def _hang_up_on_nobody(peer: Peer) -> None:
    if not peer.name:
        log.warning("did not say who it is", uid=peer.uid)
        peer.abort()


def bind(path: Path, mode: int) -> socket.socket:
    """A listening Unix socket at `path` with permissions `mode` from its first moment."""
    path.unlink(missing_ok=True)
    sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    umask = os.umask(0o777 & ~mode)
    try:
        sock.bind(str(path))
    finally:
        os.umask(umask)
    sock.setblocking(False)
    sock.listen(128)
    return sock


def peer_uid(descriptor: int) -> int:
    """The user id of the process at the other end of a Unix socket."""
    with socket.socket(fileno=os.dup(descriptor)) as sock:
        credentials = sock.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    return int(struct.unpack("3i", credentials)[1])
