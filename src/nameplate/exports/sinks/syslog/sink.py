"""The connection. Linux: SIOCOUTQ says what the receiver's kernel has not acknowledged."""

import asyncio
import contextlib
import fcntl
import socket
import struct
import termios
from collections.abc import Iterator, Sequence

from nameplate.domain.errors import Unavailable
from nameplate.ports.sink import Event

from .settings import Settings
from .wire import frame

CHUNK = 256 * 1024
FIRST_LOOK_S, LONGEST_LOOK_S = 0.001, 0.05


class SyslogSink:
    """The `Sink` port on one TCP connection.

    Syslog has no acknowledgement. `send` returns once the receiver's kernel has acknowledged every byte; what the
    receiving program had not yet read when a session broke is covered by `margin`. A session that ends well is
    confirmed: the receiver closes its side only after it has read ours to the end.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._socket: socket.socket | None = None

    @property
    def margin(self) -> int:
        """See `Sink`."""
        return self._settings.margin

    async def open(self) -> None:
        """See `Sink`."""
        self._drop()
        try:
            async with asyncio.timeout(self._settings.connect_timeout):
                self._socket = await _connect(self._settings.host, self._settings.port)
        except (OSError, TimeoutError, UnicodeError) as error:
            raise self._lost(error) from None

    async def send(self, events: Sequence[Event]) -> None:
        """See `Sink`."""
        try:
            connection = self._alive()
            for chunk in _chunks(events, self._settings):
                async with asyncio.timeout(self._settings.write_timeout):
                    await asyncio.get_running_loop().sock_sendall(connection, chunk)
            if events:
                async with asyncio.timeout(self._settings.write_timeout):
                    await _acknowledged(connection)
                self._alive()
        except (OSError, TimeoutError) as error:
            self._drop()
            raise self._lost(error) from None

    async def close(self) -> bool:
        """See `Sink`."""
        try:
            connection = self._alive()
            async with asyncio.timeout(self._settings.close_timeout):
                connection.shutdown(socket.SHUT_WR)
                await _ended(connection)
            return _unacknowledged(connection) == 0
        except (OSError, TimeoutError):
            return False
        finally:
            self._drop()

    def _alive(self) -> socket.socket:
        """The connection, unless the receiver has ended it. What a receiver says is thrown away."""
        if self._socket is None:
            raise ConnectionError("there is no connection")
        with contextlib.suppress(BlockingIOError):
            if self._socket.recv(4096) == b"":
                raise ConnectionError("the receiver has closed the connection")
        return self._socket

    def _drop(self) -> None:
        if self._socket:
            self._socket.close()
            self._socket = None

    def _lost(self, error: Exception) -> Unavailable:
        reason = "it took too long" if isinstance(error, TimeoutError) else str(error)
        message = f"The syslog receiver {self._settings.host}:{self._settings.port} takes no events: {reason}."
        return Unavailable("sink_unreachable", message, "Start it or correct `to:`: the sink goes on by itself.")


async def _connect(host: str, port: int) -> socket.socket:
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


def _chunks(events: Sequence[Event], settings: Settings) -> Iterator[bytes]:
    """The frames in pieces of about `CHUNK` bytes: the time limit holds for each of them."""
    pending = bytearray()
    for event in events:
        pending += frame(event, settings.hostname, settings.max_message)
        if len(pending) >= CHUNK:
            yield bytes(pending)
            pending.clear()
    if pending:
        yield bytes(pending)


def _unacknowledged(connection: socket.socket) -> int:
    """Bytes sent that the other kernel has not acknowledged (tcp(7), SIOCOUTQ)."""
    answer = fcntl.ioctl(connection.fileno(), termios.TIOCOUTQ, struct.pack("i", 0))
    return int(struct.unpack("i", answer)[0])


async def _acknowledged(connection: socket.socket) -> None:
    """There is no event for this: look again, ever less often."""
    pause = FIRST_LOOK_S
    while _unacknowledged(connection):
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_LOOK_S)


async def _ended(connection: socket.socket) -> None:
    """Wait for the receiver to close its side."""
    while await asyncio.get_running_loop().sock_recv(connection, 4096):
        pass
