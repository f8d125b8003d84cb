"""Syslog over TLS (RFC 5425): the same connection with TLS on it, still a socket of ours."""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import Callable
from typing import TypeVar

from .line import PlainLine

T = TypeVar("T")
FIRST_WORD_S = 0.3
PIECE = 64 * 1024


class TlsLine:
    """The `Line` port with TLS."""

    def __init__(self, connection: socket.socket, context: ssl.SSLContext, host: str) -> None:
        self._socket, self._plain = connection, PlainLine(connection)
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)

    async def shake_hands(self) -> None:
        """Agree on keys; raises `ssl.SSLError` unless the receiver is the one that `host` names."""
        await self._drive(self._tls.do_handshake)
        # In TLS 1.3 a receiver refuses our certificate only after the handshake: give its refusal time to arrive.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FIRST_WORD_S):
                await self._feed()
        try:
            self.check()
        except ConnectionError:
            raise ssl.SSLEOFError(ssl.SSL_ERROR_EOF, "closed after the handshake") from None

    async def send(self, data: bytes) -> None:
        """See `Line`."""
        view = memoryview(data)
        while view:
            piece = view[:PIECE]
            written = await self._drive(lambda piece=piece: self._tls.write(piece))  # type: ignore[misc]
            view = view[written:]

    def check(self) -> None:
        """See `Line`. An alert of the receiver is raised as what it is."""
        with contextlib.suppress(BlockingIOError):
            self._take(self._socket.recv(PIECE))
        with contextlib.suppress(ssl.SSLWantReadError):
            while self._tls.read(PIECE):
                pass
            raise ConnectionError("the receiver has closed the connection")

    def unacknowledged(self) -> int:
        """See `Line`."""
        return self._plain.unacknowledged()

    async def end(self) -> bool:
        """See `Line`. Only the receiver's own close_notify counts: anybody on the way could close a TCP connection."""
        self.check()
        try:
            await self._drive(self._tls.unwrap)
        except ssl.SSLError:
            return False
        return self.unacknowledged() == 0

    def drop(self) -> None:
        """See `Line`."""
        self._plain.drop()

    async def _drive(self, step: Callable[[], T]) -> T:
        """Take a step of TLS, with as much reading and writing as it needs."""
        while True:
            try:
                done = step()
            except ssl.SSLWantReadError:
                await self._flush()
                await self._feed()
            except ssl.SSLError:
                await self._flush()
                raise
            else:
                await self._flush()
                return done

    async def _flush(self) -> None:
        if data := self._outgoing.read():
            await self._plain.send(data)

    async def _feed(self) -> None:
        self._take(await asyncio.get_running_loop().sock_recv(self._socket, PIECE))

    def _take(self, data: bytes) -> None:
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
