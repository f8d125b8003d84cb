import asyncio
import itertools

import pytest

from nameplate.entry.bench.load import post
from nameplate.entry.bench.paced import put_paced_load


async def with_server(answer: bytes, rate: float, seconds: float, pause: float = 0.0):
    async def serve(reader, writer):
        while await reader.readline():
            await reader.readuntil(b"\r\n\r\n")
            await asyncio.sleep(pause)
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    load = await put_paced_load(port, itertools.repeat(post("/", b"")), rate, seconds)
    server.close()
    return load


@pytest.mark.parametrize(("status", "failures"), [(b"200 OK", 0), (b"503 Busy", 50)])
def test_so_many_requests_are_sent_and_each_answer_counts(status, failures):
    load = asyncio.run(with_server(b"HTTP/1.1 " + status + b"\r\ncontent-length: 2\r\n\r\n{}", 100, 0.5))
    assert (load.count, load.failures) == (50 - failures, failures)
    assert load.seconds >= 0.4


def test_who_waits_for_a_slow_server_is_late_from_when_it_was_due():
    load = asyncio.run(with_server(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n", 1000, 0.2, pause=0.1))
    assert load.count == 200
    assert max(load.latencies) > 0.15
