import asyncio
import contextlib
import socket

import pytest

from nameplate.bridges.panel_feed import listener
from nameplate.bridges.panel_feed.listener import MAX_CONNECTIONS, Streams, listen
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


@pytest.mark.parametrize("begun", [b"<", b"<1>never ends", b"7", b"777", b"12 <1>half"])
def test_a_message_that_is_begun_must_end_in_time(begun, monkeypatch):
    monkeypatch.setattr(listener, "FRAME_S", 0.05)

    async def main():
        heard, port = list[bytes](), free_port(socket.SOCK_STREAM)
        end = await listen("tcp", "127.0.0.1", port, heard.append)
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(begun)
        async with asyncio.timeout(5):
            assert await reader.read() == b""
        writer.close()
        end()
        return heard

    assert asyncio.run(main()) == []


def test_so_many_speak_at_once_and_all_are_hung_up_on_at_the_end():
    async def main():
        heard, port = list[bytes](), free_port(socket.SOCK_STREAM)
        end = await listen("tcp", "127.0.0.1", port, heard.append)
        lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MAX_CONNECTIONS)]
        for _, writer in lines:
            writer.write(b"<1>one\n")
        async with asyncio.timeout(5):
            while len(heard) < MAX_CONNECTIONS:  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.01)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert await reader.read() == b""
            writer.close()
            end()
            for reader, writer in lines:
                assert await reader.read() == b""
                writer.close()

    asyncio.run(main())


def counted(*pieces, admit=True):
    """What is heard of these pieces where only messages behind their length are taken."""

    async def main():
        heard, left = list[bytes](), asyncio.Event()
        streams = Streams(heard.append, lambda _transport: admit, counted=True)
        make = lambda: streams.protocol(left.set)  # noqa: E731 - asked for anew by each connection
        server = await asyncio.get_running_loop().create_server(make, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection("127.0.0.1", server.sockets[0].getsockname()[1])
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0.01)
        async with asyncio.timeout(5):
            with contextlib.suppress(OSError):  # they may have hung up on us already
                writer.write_eof()
                assert await reader.read() == b""
            await left.wait()
        writer.close()
        server.close()
        return heard

    return asyncio.run(main())


def test_messages_behind_their_length_are_heard_in_any_pieces():
    assert counted(b"6 <1>one7 <2>four") == [b"<1>one", b"<2>four"]
    assert counted(*(bytes([each]) for each in b"6 <1>one\n9 <2>sev\nen")) == [b"<1>one", b"<2>sev\nen"]
    assert counted(b"8192 " + b"x" * 8192) == [b"x" * 8192]


@pytest.mark.parametrize(
    "nonsense",
    [
        b"<1>a line\n",
        b"0 ",
        b"06 <1>one",
        b"-6 <1>one",
        b"+6 <1>one",
        b"6\t<1>one",
        b"8193 " + b"x" * 8193,
        b"99999 x",
        b"100000 x",
        b"7" * 100_000,
        "٦ <1>one".encode(),
        b"GET / HTTP/1.1\r\n\r\n",
    ],
)
def test_what_has_no_length_before_it_ends_the_connection(nonsense):
    assert counted(b"6 <1>one", nonsense, b"7 <2>four") == [b"<1>one"]


def test_who_is_not_admitted_is_not_heard():
    assert counted(b"6 <1>one", admit=False) == []


def test_what_is_to_be_encrypted_is_never_listened_to_in_the_clear():
    with pytest.raises(ValueError, match="in the clear"):
        asyncio.run(listen("tls", "127.0.0.1", free_port(socket.SOCK_STREAM), lambda _: None))
