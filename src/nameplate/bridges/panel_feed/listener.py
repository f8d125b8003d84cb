"""A listener for syslog on this machine: UDP datagrams (RFC 5426), or TCP with either framing of RFC 6587."""

import asyncio
import contextlib
import re
from collections.abc import Callable

from .syslog import MAX_MESSAGE

MAX_CONNECTIONS = 16
IDLE_S = 3600.0
_COUNT = re.compile(rb"([1-9][0-9]{0,4}) ")

Hear = Callable[[bytes], None]


async def listen(transport: str, host: str, port: int, hear: Hear) -> Callable[[], None]:
    """Begin to listen; returns what ends it. `transport`: udp or tcp. Raises OSError."""
    loop = asyncio.get_running_loop()
    if transport == "udp":
        datagrams, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(hear), local_addr=(host, port))
        return datagrams.close
    streams = _Streams(hear)
    server = await asyncio.start_server(streams.serve, host, port, limit=4 * MAX_MESSAGE)
    return server.close


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, hear: Hear) -> None:
        self._hear = hear

    def datagram_received(self, data: bytes, addr: object) -> None:
        """One message."""
        del addr
        if len(data) <= MAX_MESSAGE:
            self._hear(data)


class _Streams:
    def __init__(self, hear: Hear) -> None:
        self._hear, self._open = hear, 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it ends or says something that is no frame."""
        self._open += 1
        try:
            if self._open <= MAX_CONNECTIONS:
                with contextlib.suppress(
                    TimeoutError, ValueError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError
                ):
                    await self._read(reader)
        finally:
            self._open -= 1
            writer.close()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while first := await asyncio.wait_for(reader.read(1), IDLE_S):
            if first == b"<":
                self._hear(first + await asyncio.wait_for(reader.readuntil(b"\n"), IDLE_S))
            elif first.strip():
                self._hear(await self._counted(reader, first))

    async def _counted(self, reader: asyncio.StreamReader, first: bytes) -> bytes:
        head = first + await asyncio.wait_for(reader.readuntil(b" "), IDLE_S)
        count = _COUNT.fullmatch(head)
        if count is None or int(count[1]) > MAX_MESSAGE:
            raise ValueError("no frame of RFC 6587")
        return await asyncio.wait_for(reader.readexactly(int(count[1])), IDLE_S)
