"""A load of so many requests a second, whatever the server does: who comes late is late from when it was due."""

import asyncio
import itertools
import time
from collections.abc import Iterator

from .load import Load

CONNECTIONS = 64
PATIENCE_S = 30.0


async def put_paced_load(port: int, requests: Iterator[bytes], rate: float, seconds: float) -> Load:
    """`rate` requests a second for `seconds`. Latencies count from the moment at which a request was due."""
    load, began = Load(), time.perf_counter() + 0.1
    turns = itertools.count()
    until = int(rate * seconds)

    async def one_line() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            while (turn := next(turns)) < until:
                due = began + turn / rate
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                writer.write(next(requests))
                if await _answer(reader):
                    load.latencies.append(time.perf_counter() - due)
                else:
                    load.failures += 1
        finally:
            writer.close()

    async with asyncio.timeout(seconds + PATIENCE_S):
        await asyncio.gather(*(one_line() for _ in range(CONNECTIONS)))
    load.seconds = time.perf_counter() - began
    return load


async def _answer(reader: asyncio.StreamReader) -> bool:
    """Whether it was one of success."""
    head = await reader.readuntil(b"\r\n\r\n")
    _, _, rest = head.lower().partition(b"content-length:")
    await reader.readexactly(int(rest.partition(b"\r\n")[0]))
    return head.startswith(b"HTTP/1.1 200")
