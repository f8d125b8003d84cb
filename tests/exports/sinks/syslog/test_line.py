import asyncio
import socket
from collections.abc import Iterator

import pytest

from nameplate.exports.sinks.syslog.line import PlainLine, connect
from tests.exports.rsyslogd import free_port


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_what_is_sent_counts_as_unacknowledged_until_the_other_kernel_has_it(listener: socket.socket) -> None:
    async def run() -> None:
        line = PlainLine(await connect("127.0.0.1", listener.getsockname()[1]))
        peer, _ = listener.accept()
        with peer:
            await line.send(b"hello")
            assert peer.recv(5) == b"hello"
            assert line.unacknowledged() == 0
            peer.sendall(b"words that nobody asked for")
            line.check()
            ending = asyncio.create_task(line.end())
            await asyncio.sleep(0.01)
            assert not ending.done()
            peer.close()
            assert await ending
        line.drop()

    asyncio.run(run())


def test_a_line_that_the_receiver_has_ended_is_broken(listener: socket.socket) -> None:
    async def run() -> None:
        line = PlainLine(await connect("127.0.0.1", listener.getsockname()[1]))
        listener.accept()[0].close()
        with pytest.raises(ConnectionError, match="closed"):
            line.check()
        line.drop()

    asyncio.run(run())


def test_nobody_there_is_an_error_of_the_system() -> None:
    with pytest.raises(OSError, match="Connect call failed"):
        asyncio.run(connect("127.0.0.1", free_port()))
