"""Panels' feeds over TLS: who comes in, who does not, and certificates that are exchanged meanwhile."""

import asyncio
import contextlib
import socket
import ssl
from contextlib import asynccontextmanager

import pytest
import uvloop

from nameplate.boot.tls import state_of_files
from nameplate.bridges.panel_feed import follow
from nameplate.domain.errors import Invalid
from nameplate.domain.feeds import Feed, FeedTls, PanelSaid
from nameplate.domain.links import ServerPair
from nameplate.entry.decide import gate as gating
from nameplate.entry.manage import feed_gates
from nameplate.entry.manage.feed_gates import FeedGates
from tests.exports.certificates import Authority
from tests.exports.rsyslogd import free_port

FIELDS = {name: name for name in ("time", "door", "card", "event")}
PATIENCE_S = 20.0


def message(card):
    text = f"<13>1 - panel acs - - - door=v card={card} event=granted"
    return f"{len(text)} {text}".encode()


class Line:
    """A feed that is listened to, and its peers. `told`: card numbers that were heard."""

    def __init__(self, tmp_path):
        self.folder, self.told = tmp_path, list[str]()
        self.site, self.panels = Authority(tmp_path, "site"), Authority(tmp_path, "panels")
        self.server, self.relay = self.site.issue("server"), self.panels.issue("relay", host="relay.example")
        self.port = free_port()
        tls = FeedTls(str(self.panels.cert), ("relay.example",))
        self.feed = Feed(
            "f",
            "s",
            f"syslog+tls://127.0.0.1:{self.port}",
            FIELDS,
            {"v": "vault"},
            {"granted": PanelSaid.GRANTED},
            tls=tls,
        )

    async def pair(self):
        return ServerPair(self.server.cert.read_bytes(), self.server.secret)

    async def tell(self, events):
        self.told.extend(event.card for event in events)

    def gates(self):
        return FeedGates(self.pair, (self.server.cert, self.server.key), state_of_files)

    @asynccontextmanager
    async def open(self):
        task = asyncio.create_task(follow(self.feed, self.folder / "position", self.tell, self.gates().open))
        async with asyncio.timeout(PATIENCE_S):
            await self.until(lambda: task.done() or self._accepts())
            assert not task.done(), task.exception()
            yield
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    def _accepts(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    async def until(self, holds):
        while not holds():  # noqa: ASYNC110 - seen from outside
            await asyncio.sleep(0.01)

    async def call(self, client=None, site=None):
        """A connection as `client`, trusting `site`."""
        context = ssl.create_default_context(cafile=str((site or self.site).cert))
        if client:
            context.load_cert_chain(client.cert, client.key)
        return await asyncio.open_connection("127.0.0.1", self.port, ssl=context)

    async def refused(self, client=None):
        """Whether who calls as `client` is hung up on, whatever they say."""
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            reader, writer = await self.call(client)
            writer.write(message("666"))
            assert await reader.read() == b""
            writer.close()
        return True


def test_a_peer_with_its_name_is_heard_and_nobody_else(tmp_path):
    line = Line(tmp_path)
    stranger = Authority(tmp_path, "stranger")

    async def main():
        async with line.open():
            for other in (
                None,
                stranger.issue("relay-of-a-stranger", host="relay.example"),
                line.panels.issue("relay.example", host="other.example"),
                line.panels.issue("old", host="relay.example", expired=True),
            ):
                assert await line.refused(other)
            _, writer = await line.call(line.relay)
            writer.write(message("7") + message("8"))
            await line.until(lambda: line.told == ["7", "8"])
            writer.close()

    uvloop.run(main())


def test_what_is_not_tls_or_slow_is_hung_up_on_and_holds_up_nobody(tmp_path, monkeypatch):
    monkeypatch.setattr(gating, "HANDSHAKE_S", 0.3)
    line = Line(tmp_path)

    async def main():
        async with line.open():
            silent = [await asyncio.open_connection("127.0.0.1", line.port) for _ in range(3)]
            silent[0][1].write(message("666"))
            silent[1][1].write(b"\x16\x03\x01\x02\x00\x01" + b"\xff" * 500)
            _, writer = await line.call(line.relay)
            writer.write(message("7"))
            await line.until(lambda: line.told == ["7"])
            for reader, each in silent:
                with contextlib.suppress(ConnectionError):
                    assert b"666" not in await reader.read()
                each.close()
            writer.close()

    uvloop.run(main())


def test_an_oversized_or_endless_message_ends_its_connection_alone(tmp_path):
    line = Line(tmp_path)

    async def main():
        async with line.open():
            for nonsense in (b"8193 " + b"x" * 8193, b"7" * 100_000, b"<13>a line without its length\n"):
                reader, writer = await line.call(line.relay)
                writer.write(nonsense)
                with contextlib.suppress(ConnectionError):
                    assert await reader.read() == b""
                writer.close()
            _, writer = await line.call(line.relay)
            writer.write(message("7"))
            await line.until(lambda: line.told == ["7"])
            writer.close()

    uvloop.run(main())


def test_connections_are_bounded(tmp_path, monkeypatch):
    monkeypatch.setattr(feed_gates, "CONNECTIONS", 4)
    monkeypatch.setattr(gating, "HANDSHAKE_S", 10 * PATIENCE_S)
    line = Line(tmp_path)

    async def main():
        async with line.open():
            waiting = [await asyncio.open_connection("127.0.0.1", line.port) for _ in range(12)]
            with contextlib.suppress(ConnectionError):
                assert await waiting[-1][0].read() == b""
            for _, writer in waiting:
                writer.close()

    uvloop.run(main())


def test_new_certificates_count_for_the_next_connection_and_open_ones_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr(feed_gates, "LOOK_S", 0.02)
    monkeypatch.setattr(feed_gates, "AGAIN_S", 0.02)
    line = Line(tmp_path)

    async def shows(site):
        with contextlib.suppress(ssl.SSLError):
            (await line.call(line.relay, site))[1].close()
            return True
        return False

    async def main():
        async with line.open():
            _, writer = await line.call(line.relay)
            another = Authority(tmp_path, "another")
            former = line.panels.cert.read_bytes()
            line.panels.cert.write_bytes(b"no certificate")
            line.server.cert.write_bytes(another.issue("next").cert.read_bytes())
            line.server.key.write_bytes((tmp_path / "next.key").read_bytes())
            await asyncio.sleep(0.1)
            assert await shows(line.site)
            line.panels.cert.write_bytes(former)
            while not await shows(another):
                pass
            assert not await shows(line.site)
            writer.write(message("7"))
            await line.until(lambda: line.told == ["7"])
            writer.close()

    uvloop.run(main())


def test_the_end_of_a_feed_hangs_up_on_all_and_frees_its_port(tmp_path):
    line = Line(tmp_path)

    async def main():
        for _ in range(3):
            async with line.open():
                reader, writer = await line.call(line.relay)
                waiting = await asyncio.open_connection("127.0.0.1", line.port)
                writer.write(message("7"))
                await line.until(lambda: bool(line.told))
            for each in (reader, waiting[0]):
                with contextlib.suppress(ConnectionError):
                    assert await each.read() == b""
            writer.close()
            waiting[1].close()
            line.told.clear()

    async def in_time():
        async with asyncio.timeout(PATIENCE_S):
            await main()

    uvloop.run(in_time())


def test_what_cannot_be_opened_says_why(tmp_path):
    line = Line(tmp_path)

    async def opened():
        return await line.gates().open(line.feed, lambda _left: asyncio.Protocol())

    async def none():
        raise Invalid("listener", "There is no certificate to show.")

    with socket.create_server(("127.0.0.1", line.port)), pytest.raises(OSError, match="in use"):
        uvloop.run(opened())
    line.panels.cert.unlink()
    with pytest.raises(Invalid, match="panels"):
        uvloop.run(opened())
    with pytest.raises(Invalid, match="no certificate to show"):
        uvloop.run(FeedGates(none, (), state_of_files).open(line.feed, lambda _left: asyncio.Protocol()))
