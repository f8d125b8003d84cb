"""What `tests/conftest.py` gives to every test: the network guard, real counterparts, shared data."""

import asyncio
import socket
import threading

import pytest
from hypothesis import settings

from tests.conftest import SHARED_DATA, require_peer, shared_data

# TEST-NET-1 (RFC 5737) and the documentation prefix (RFC 3849): nobody is there.
OUTSIDE = [(socket.AF_INET, ("192.0.2.1", 9)), (socket.AF_INET6, ("2001:db8::1", 9))]


@pytest.mark.parametrize(("family", "address"), OUTSIDE)
def test_a_test_cannot_reach_the_network(family, address):
    with socket.socket(family, socket.SOCK_DGRAM) as sender:
        with pytest.raises(pytest.fail.Exception, match="loopback"):
            sender.connect(address)
        with pytest.raises(pytest.fail.Exception, match="loopback"):
            sender.sendto(b"x", address)


def test_a_test_cannot_resolve_names():
    with pytest.raises(pytest.fail.Exception, match=r"example\.org"):
        socket.getaddrinfo("example.org", 443)


def test_the_guard_also_sees_event_loops_and_threads():
    caught = []

    def reach() -> None:
        try:
            asyncio.run(asyncio.open_connection("192.0.2.1", 9))
        except pytest.fail.Exception as failure:
            caught.append(failure)

    thread = threading.Thread(target=reach)
    thread.start()
    thread.join()
    assert len(caught) == 1


def test_loopback_and_unix_sockets_stay_open(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(str(tmp_path / "s"))
        server.listen()
        client.connect(str(tmp_path / "s"))


def test_a_peer_that_is_there_is_found():
    assert require_peer("sh", "apt-get install dash").endswith("/sh")


def test_a_missing_peer_skips_with_the_line_that_installs_it(monkeypatch):
    monkeypatch.delenv("NAMEPLATE_REQUIRE_PEERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install no-such"):
        require_peer("no-such-peer", "apt-get install no-such")


def test_a_missing_peer_fails_where_peers_are_required(monkeypatch):
    monkeypatch.setenv("NAMEPLATE_REQUIRE_PEERS", "1")
    with pytest.raises(pytest.fail.Exception, match="apt-get install no-such"):
        require_peer("no-such-peer", "apt-get install no-such")


def test_missing_shared_data_skips_and_tells_where_to_put_it():
    with pytest.raises(pytest.skip.Exception, match=r"put it at \.\./shared/data/no-such"):
        shared_data("no-such")


def test_shared_data_lies_beside_the_checkout():
    assert SHARED_DATA.parts[-2:] == ("shared", "data")


def test_properties_are_tried_without_a_deadline():
    assert settings().deadline is None
