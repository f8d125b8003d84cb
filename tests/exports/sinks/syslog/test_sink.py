import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from nameplate.domain.errors import Unavailable
from nameplate.domain.findings import Severity
from nameplate.exports.sinks.syslog import Settings, SyslogSink
from nameplate.ports.sink import Event
from tests.exports.rsyslogd import Rsyslogd, free_port, receiver, until

TEXT = 'quote " backslash \\\\ bracket ] tab \\t newline \\n é 机'


def event(seq: int) -> Event:
    body = f'{{"metadata":{{"uid":"n-{seq}"}},"text":"{TEXT.replace(chr(34), chr(92) + chr(34))}"}}'
    return Event(f"n-{seq}", seq, 1_700_000_000_000_000 + seq, Severity.HIGH, "base_event", body.encode())


def settings(port: int) -> Settings:
    return Settings("127.0.0.1", port, "node-1", write_timeout=1.0, connect_timeout=1.0, close_timeout=1.0)


@pytest.fixture
def rsyslogd(require_peer: Callable[[str, str], str], tmp_path: Path) -> Iterator[Rsyslogd]:
    with receiver(require_peer, tmp_path / "receiver") as daemon:
        yield daemon


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


async def drain(peer: socket.socket) -> None:
    peer.setblocking(False)
    while await asyncio.get_running_loop().sock_recv(peer, 65536):
        pass


def with_peer(listener: socket.socket, act: Callable[[SyslogSink, socket.socket], Awaitable[None]]) -> None:
    """Run `act` with an open sink and the receiver's end of its connection."""

    async def run() -> None:
        sink = SyslogSink(settings(listener.getsockname()[1]))
        await sink.open()
        peer, _ = listener.accept()
        with peer:
            await act(sink, peer)
        await sink.close()

    asyncio.run(run())


def test_a_real_rsyslogd_receives_every_event_intact_and_confirms_the_end(rsyslogd: Rsyslogd) -> None:
    rsyslogd.start()

    async def run() -> bool:
        sink = SyslogSink(settings(rsyslogd.port))
        await sink.open()
        await sink.send([event(seq) for seq in range(1, 301)])
        return await sink.close()

    assert asyncio.run(run())
    until(lambda: len(rsyslogd.received()) >= 300, "events are missing")
    first = rsyslogd.received()[0]
    assert first.header[0] == "83"
    assert first.header[2:5] == ["node-1", "nameplate", "base_event"]
    assert first.header[5] == '[nameplate@32473 uid="n-1" seq="1" severity="high"]'
    assert first.event["text"] == 'quote " backslash \\ bracket ] tab \t newline \n é 机'
    assert [message.event["metadata"]["uid"] for message in rsyslogd.received()] == [f"n-{n}" for n in range(1, 301)]


def test_frames_count_octets_and_not_characters(listener: socket.socket) -> None:
    async def act(sink: SyslogSink, peer: socket.socket) -> None:
        await sink.send([event(1), event(2)])
        data = peer.recv(65536)
        for _ in range(2):
            length, _, rest = data.partition(b" ")
            message, data = rest[: int(length)], rest[int(length) :]
            assert message.startswith(b"<83>1 ")
            assert message.endswith(b'"}')
        assert data == b""

    with_peer(listener, act)


def test_nothing_that_listens_means_unavailable() -> None:
    with pytest.raises(Unavailable, match="takes no events"):
        asyncio.run(SyslogSink(settings(free_port())).open())


def test_a_closed_connection_is_noticed_while_there_is_nothing_to_send(listener: socket.socket) -> None:
    async def act(sink: SyslogSink, peer: socket.socket) -> None:
        await sink.send([])
        peer.close()
        with pytest.raises(Unavailable, match="closed the connection"):
            await sink.send([])

    with_peer(listener, act)


def test_a_receiver_that_dies_with_unread_events_is_noticed(listener: socket.socket) -> None:
    async def act(sink: SyslogSink, peer: socket.socket) -> None:
        await sink.send([event(1)])
        peer.close()
        with pytest.raises(Unavailable, match=r"reset|closed"):
            await sink.send([event(2)])

    with_peer(listener, act)


def test_a_receiver_that_does_not_read_ends_the_session_within_the_time_limit(listener: socket.socket) -> None:
    async def act(sink: SyslogSink, peer: socket.socket) -> None:
        with pytest.raises(Unavailable, match="too long"):
            await sink.send([event(seq) for seq in range(100_000)])

    with_peer(listener, act)


def test_what_waits_in_our_own_kernel_is_not_taken_yet() -> None:
    with socket.socket() as narrow:
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        narrow.bind(("127.0.0.1", 0))
        narrow.listen()

        async def act(sink: SyslogSink, peer: socket.socket) -> None:
            sending = asyncio.create_task(sink.send([event(seq) for seq in range(60)]))
            done, _ = await asyncio.wait({sending}, timeout=0.3)
            assert not done
            reading = asyncio.create_task(drain(peer))
            await sending
            reading.cancel()

        with_peer(narrow, act)


def test_an_end_that_the_receiver_does_not_confirm_is_not_called_one(listener: socket.socket) -> None:
    async def act(sink: SyslogSink, peer: socket.socket) -> None:
        await sink.send([event(1)])
        assert not await sink.close()

    with_peer(listener, act)


def test_words_from_the_receiver_are_ignored(listener: socket.socket) -> None:
    async def act(sink: SyslogSink, peer: socket.socket) -> None:
        peer.sendall(b"hello")
        await sink.send([event(1)])
        await sink.send([])
        assert b"n-1" in peer.recv(65536)

    with_peer(listener, act)


def test_a_sink_that_was_not_opened_takes_nothing() -> None:
    sink = SyslogSink(settings(1))
    with pytest.raises(Unavailable, match="no connection"):
        asyncio.run(sink.send([event(1)]))
    assert not asyncio.run(sink.close())
