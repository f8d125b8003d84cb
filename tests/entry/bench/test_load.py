"""The load that benchmarks put on a server, against a small server of its own."""

import asyncio
import itertools
from contextlib import closing, suppress

from nameplate.entry.bench.load import Load, post, put_load


def serve(answer: bytes):
    """An HTTP server that always says the same, and its port."""

    async def talk(reader, writer):
        with closing(writer), suppress(asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(answer)

    return asyncio.start_server(talk, "127.0.0.1", 0)


def run(answer: bytes, seen=None) -> Load:
    async def main() -> Load:
        server = await serve(answer)
        port = server.sockets[0].getsockname()[1]
        try:
            return await put_load(port, itertools.repeat(post("/x", b"")), 3, 0.1, seen)
        finally:
            server.close()

    return asyncio.run(main())


def test_answers_are_counted_and_their_bodies_seen():
    bodies: list[bytes] = []
    load = run(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", bodies.append)
    assert load.count == len(bodies) > 3
    assert set(bodies) == {b"ok"}
    assert load.failures == 0
    assert 0 < load.percentile_us(0.5) <= load.percentile_us(0.99)


def test_other_statuses_are_failures():
    load = run(b"HTTP/1.1 503 Gone\r\ncontent-length: 0\r\n\r\n")
    assert load.count == 0
    assert load.failures > 3
    assert load.percentile_us(0.5) == 0.0


def test_a_post_carries_its_token_and_length():
    head, _, body = post("/access/v1/evaluation", b"{}", "t").partition(b"\r\n\r\n")
    assert head.startswith(b"POST /access/v1/evaluation HTTP/1.1\r\n")
    assert b"authorization: Bearer t" in head
    assert b"content-length: 2" in head
    assert body == b"{}"
    assert b"authorization" not in post("/x", b"")
