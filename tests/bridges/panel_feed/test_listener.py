import asyncio
import socket

import pytest

from nameplate.bridges.panel_feed.listener import listen
from nameplate.bridges.panel_feed.syslog import MAX_MESSAGE


def free_port(kind):
    with socket.socket(socket.AF_INET, kind) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def heard_over_tcp(*pieces, count):
    async def main():
        heard, port = list[bytes](), free_port(socket.SOCK_STREAM)
        end = await listen("tcp", "127.0.0.1", port, heard.append)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)
        async with asyncio.timeout(5):
            while len(heard) < count:  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.01)
        writer.write_eof()
        async with asyncio.timeout(5):
            await reader.read()
        writer.close()
        end()
        return heard

    return asyncio.run(main())


def test_datagrams_are_heard_unless_they_are_too_long():
    async def main():
        heard, port = list[bytes](), free_port(socket.SOCK_DGRAM)
        end = await listen("udp", "127.0.0.1", port, heard.append)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(b"x" * (MAX_MESSAGE + 1), ("127.0.0.1", port))
            sender.sendto(b"<1>hello", ("127.0.0.1", port))
        async with asyncio.timeout(5):
            while not heard:  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.01)
        end()
        return heard

    assert asyncio.run(main()) == [b"<1>hello"]


def test_both_framings_are_understood_in_any_pieces():
    assert heard_over_tcp(b"<1>one\n<2>t", b"wo\n", count=2) == [b"<1>one\n", b"<2>two\n"]
    assert heard_over_tcp(b"6 <1>one7 ", b"<2>four", count=2) == [b"<1>one", b"<2>four"]


@pytest.mark.parametrize("nonsense", [b"hello\n", b"0 x", b"999999 x", b"<1>" + b"x" * 100_000, b"7" * 100_000])
def test_what_is_no_frame_ends_the_connection(nonsense):
    assert heard_over_tcp(nonsense, count=0) == []
