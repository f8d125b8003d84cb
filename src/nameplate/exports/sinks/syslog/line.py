"""One TCP connection to a receiver. Linux: SIOCOUTQ says what the receiver's kernel has not acknowledged."""

import asyncio
import contextlib
import fcntl
import socket
import struct
import termios
from typing import Protocol


class Line(Protocol):
    """A connection that is open. All raise `OSError` once it is broken."""

    async def send(self, data: bytes) -> None:
        """Hand all of it to the kernel."""
        ...

    def check(self) -> None:
        """Raise unless the receiver keeps the connection open. What a receiver says is thrown away."""
        ...

    def unacknowledged(self) -> int:
        """Bytes sent that the other kernel has not acknowledged."""
        ...

    async def end(self) -> bool:
        """Say that no more comes, and wait until the receiver closes its side. Whether it is certain that it did."""
        ...

    def drop(self) -> None:
        """Let go of it, whatever its state."""
        ...


class PlainLine:
    """The `Line` port without TLS."""

    def __init__(self, connection: socket.socket) -> None:
        self._socket = connection

    async def send(self, data: bytes) -> None:
        """See `Line`."""
        await asyncio.get_running_loop().sock_sendall(self._socket, data)

    def check(self) -> None:
        """See `Line`."""
        with contextlib.suppress(BlockingIOError):
            if self._socket.recv(4096) == b"":
                raise ConnectionError("the receiver has closed the connection")

    def unacknowledged(self) -> int:
        """See `Line`: tcp(7), SIOCOUTQ."""
        answer = fcntl.ioctl(self._socket.fileno(), termios.TIOCOUTQ, struct.pack("i", 0))
        return int(struct.unpack("i", answer)[0])

    async def end(self) -> bool:
        """See `Line`."""
        self.check()
        self._socket.shutdown(socket.SHUT_WR)
        while await asyncio.get_running_loop().sock_recv(self._socket, 4096):
            pass
        return self.unacknowledged() == 0

    def drop(self) -> None:
        """See `Line`."""
        self._socket.close()


async def connect(host: str, port: int) -> socket.socket:
    """A connection to the first address that answers. Keep-alive notices a receiver that vanished while idle."""
    loop, failure = asyncio.get_running_loop(), OSError(f"{host} has no address")
    for family, kind, protocol, _, address in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        connection = socket.socket(family, kind, protocol)
        try:
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30)
            await loop.sock_connect(connection, address)
        except OSError as error:
            failure = error
            connection.close()
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise failure
