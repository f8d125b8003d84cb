"""Who is let in: never too many, never too many of one, and nobody who does not shake hands in time."""

import asyncio
import ipaddress
import socket
import ssl
from contextlib import asynccontextmanager, closing

import pytest
import uvloop

from nameplate.entry.decide import gate as gating
from nameplate.entry.decide.gate import Gate
from nameplate.entry.decide.tls import ServerTls
from nameplate.keys.x509 import read_pair
from tests.keys.x509.made import AUTHORITY, pair_files

PATIENCE_S = 10.0


class Echo(asyncio.Protocol):
    """Says back what it hears."""

    def __init__(self, left):
        self._left = left

    def connection_made(self, transport):
        self._transport = transport

    def data_received(self, data):
        self._transport.write(data)

    def connection_lost(self, _exc):
        self._left()


@asynccontextmanager
async def gate(context=None, most=16):
    """A gate on a free port of this machine."""
    with closing(socket.create_server(("127.0.0.1", 0))) as sock:
        sock.setblocking(False)
        found = Gate(sock, Echo, lambda: context, most)
        task = asyncio.create_task(found.run())
        try:
            async with asyncio.timeout(PATIENCE_S):
                yield found, sock.getsockname()[1]
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def says_back(port, **how):
    reader, writer = await asyncio.open_connection("127.0.0.1", port, **how)
    writer.write(b"hello")
    heard = await reader.read(5)
    writer.close()
    return heard == b"hello"


async def until(holds):
    while not holds():  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(0.005)


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
def test_so_many_at_once_and_room_again_when_one_leaves(run):
    async def main():
        async with gate(most=16) as (found, port):
            lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(16)]
            await until(lambda: found.connections == 16)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            assert await reader.read(1) == b""
            writer.close()
            assert (found.connections, found.refused) == (16, 1)
            for _, each in lines:
                each.close()
            await until(lambda: found.connections == 0)
            assert await says_back(port)

    run(main())


def test_one_address_beyond_loopback_has_a_quarter_of_the_room(monkeypatch):
    class Far:
        is_loopback = False

    monkeypatch.setattr(ipaddress, "ip_address", lambda _: Far)

    async def main():
        async with gate(most=16) as (found, port):
            lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(6)]
            await until(lambda: found.refused == 2)
            assert found.connections == 4
            for _, writer in lines:
                writer.close()

    asyncio.run(main())


@pytest.mark.parametrize("run", [asyncio.run, uvloop.run])
@pytest.mark.parametrize(
    "said", [b"", b"\x16\x03\x01", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01" + b"\xff" * 500]
)
def test_who_does_not_shake_hands_is_hung_up_on_and_holds_up_nobody(run, said, tmp_path, monkeypatch):
    monkeypatch.setattr(gating, "HANDSHAKE_S", 0.5)
    tls = ServerTls(read_pair(*pair_files(tmp_path, "localhost")))
    trusting = ssl.create_default_context(cadata=AUTHORITY.decode())

    async def main():
        async with gate(tls.context) as (found, port):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(said)
            assert await says_back(port, ssl=trusting, server_hostname="localhost")
            heard = await _rest(reader)
            assert b"hello" not in heard
            writer.close()
            await until(lambda: found.connections == 0)

    run(main())


async def _rest(reader):
    try:
        return await reader.read()
    except ConnectionResetError:
        return b""


def test_when_no_descriptor_is_left_it_goes_on_later(monkeypatch):
    monkeypatch.setattr(gating, "FULL_S", 0.01)

    async def main():
        async with gate() as (_found, port):
            loop, failures = asyncio.get_running_loop(), [OSError(24, "Too many open files")]
            accept = loop.sock_accept

            async def sock_accept(sock):
                got = await accept(sock)
                if failures:
                    got[0].close()
                    raise failures.pop()
                return got

            monkeypatch.setattr(loop, "sock_accept", sock_accept)
            for _ in range(2):
                # The first was being waited for already when the machine ran out.
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
            await until(lambda: not failures)
            assert await says_back(port)

    asyncio.run(main())
