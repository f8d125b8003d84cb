"""A load on an HTTP server: many keep-alive connections, one request in flight on each."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import cast


@dataclass(slots=True)
class Load:
    """What came of it. `latencies` in seconds, in the order in which answers arrived."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    failures: int = 0

    @property
    def count(self) -> int:
        """Answers with status 200 or 204."""
        return len(self.latencies)

    def percentile_us(self, share: float) -> float:
        """Latency below which that share of the answers lies, microseconds."""
        ordered = sorted(self.latencies)
        return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1_000_000, 1) if ordered else 0.0


class _Connection(asyncio.Protocol):
    def __init__(
        self,
        requests: Iterator[bytes],
        load: Load,
        until: float,
        done: asyncio.Future[None],
        seen: Callable[[bytes], None] | None,
    ) -> None:
        self._requests, self._load, self._until, self._done, self._seen = requests, load, until, done, seen
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, separator, rest = self._buffer.partition(b"\r\n\r\n")
        if not separator or len(rest) < _length(head):
            return
        if head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 204")):
            self._load.latencies.append(time.perf_counter() - self._sent)
        else:
            self._load.failures += 1
        if self._seen is not None:
            self._seen(rest)
        self._buffer = b""
        self._next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self._done.done():
            self._load.failures += 1
            self._done.set_result(None)

    def _next(self) -> None:
        self._sent = time.perf_counter()
        if self._sent >= self._until:
            if not self._done.done():
                self._done.set_result(None)
            self._transport.close()
            return
        self._transport.write(next(self._requests))


async def put_load(
    port: int, requests: Iterator[bytes], connections: int, seconds: float, seen: Callable[[bytes], None] | None = None
) -> Load:
    """Keep `connections` busy for `seconds`. `seen` is given the body of every answer."""
    loop, load, began = asyncio.get_running_loop(), Load(), time.perf_counter()
    waits: list[asyncio.Future[None]] = []
    for _ in range(connections):
        done: asyncio.Future[None] = loop.create_future()
        waits.append(done)
        connection = _Connection(requests, load, began + seconds, done, seen)
        await loop.create_connection(partial(_same, connection), "127.0.0.1", port)
    await asyncio.gather(*waits)
    load.seconds = time.perf_counter() - began
    return load


def _same(connection: _Connection) -> _Connection:
    return connection


def post(path: str, body: bytes, token: str = "") -> bytes:
    """The bytes of a POST."""
    head = (
        f"POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
    )
    return (head + (f"authorization: Bearer {token}\r\n" if token else "") + "\r\n").encode() + body


def _length(head: bytes) -> int:
    _, found, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0]) if found else 0
