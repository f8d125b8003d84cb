"""A listener for syslog: UDP datagrams (RFC 5426), TCP with either framing of RFC 6587, or what comes out of TLS."""

import asyncio
import contextlib
import re
from collections.abc import Callable

import structlog

from .syslog import MAX_MESSAGE

MAX_CONNECTIONS = 16
IDLE_S = 3600.0
FRAME_S = 30.0
"""How long a message may take from its first byte to its last."""
_COUNT = re.compile(rb"([1-9][0-9]{0,4}) ")
_MAX_DIGITS = 5
_LIMIT = 4 * MAX_MESSAGE

Hear = Callable[[bytes], None]
Admit = Callable[[asyncio.BaseTransport], bool]

log = structlog.get_logger()


def _everybody(_transport: asyncio.BaseTransport) -> bool:
    """On this machine whoever can connect may speak."""
    return True


async def listen(transport: str, host: str, port: int, hear: Hear) -> Callable[[], None]:
    """Begin to listen in the clear; returns what ends it. `transport`: udp or tcp. Raises OSError."""
    if transport not in ("udp", "tcp"):
        raise ValueError("in the clear there is udp and tcp")
    loop = asyncio.get_running_loop()
    if transport == "udp":
        datagrams, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(hear), local_addr=(host, port))
        return datagrams.close
    streams = Streams(hear)
    server = await loop.create_server(lambda: streams.protocol(lambda: None), host, port)

    def end() -> None:
        server.close()
        streams.close()

    return end


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, hear: Hear) -> None:
        self._hear = hear

    def datagram_received(self, data: bytes, addr: object) -> None:
        """One message."""
        del addr
        if len(data) <= MAX_MESSAGE:
            self._hear(data)


class Streams:
    """What comes over connections. `counted`: only messages with their length before them (RFC 5425, section 4.3)."""

    def __init__(self, hear: Hear, admit: Admit = _everybody, *, counted: bool = False) -> None:
        self._hear, self._admit, self._counted_only = hear, admit, counted
        self._open: set[asyncio.StreamWriter] = set()
        self._ended = False

    def protocol(self, left: Callable[[], None]) -> asyncio.Protocol:
        """For one connection; `left` is called when it has ended."""
        return _Connection(asyncio.StreamReader(_LIMIT), self._serve, left)

    def close(self) -> None:
        """Hang up on everybody, for good."""
        self._ended = True
        for writer in self._open:
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it ends or says something that is no frame."""
        try:
            if len(self._open) < MAX_CONNECTIONS and not self._ended and self._admit(writer.transport):
                self._open.add(writer)
                with contextlib.suppress(TimeoutError, asyncio.IncompleteReadError, OSError):
                    await self._read(reader)
        except (ValueError, asyncio.LimitOverrunError) as error:
            log.warning("a panel's feed was hung up on", why=str(error))
        finally:
            self._open.discard(writer)
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while first := await self._first(reader):
            if first.strip():
                async with asyncio.timeout(FRAME_S):
                    message = await self._message(reader, first)
                self._hear(message)

    async def _first(self, reader: asyncio.StreamReader) -> bytes:
        async with asyncio.timeout(IDLE_S):
            return await reader.read(1)

    async def _message(self, reader: asyncio.StreamReader, first: bytes) -> bytes:
        if first == b"<" and not self._counted_only:
            return first + await reader.readuntil(b"\n")
        head = first
        while head.isdigit() and len(head) <= _MAX_DIGITS:
            head += await reader.readexactly(1)
        count = _COUNT.fullmatch(head)
        if count is None or int(count[1]) > MAX_MESSAGE:
            raise ValueError(f"what it sent is no message of at most {MAX_MESSAGE} bytes behind its length")
        return await reader.readexactly(int(count[1]))


class _Connection(asyncio.StreamReaderProtocol):
    """A stream that says when it has ended."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], object],
        left: Callable[[], None],
    ) -> None:
        super().__init__(reader, serve)  # type: ignore[arg-type]
        self._left = left

    def connection_lost(self, exc: Exception | None) -> None:
        """Make room."""
        self._left()
        super().connection_lost(exc)
