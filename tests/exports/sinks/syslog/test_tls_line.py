"""Syslog over TLS with a real rsyslogd: what it takes, and every way in which we refuse it or it refuses us."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nameplate.domain.errors import Unavailable
from nameplate.exports.sinks.syslog import Settings, SyslogSink
from nameplate.exports.tls import client_context
from tests.exports.certificates import Authority, Pair
from tests.exports.rsyslogd import Encrypted, Rsyslogd, receiver, until
from tests.exports.sinks.syslog.test_sink import event


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def rsyslogd(require_peer: Callable[[str, str], str], tmp_path: Path, authority: Authority) -> Iterator[Rsyslogd]:
    tls = Encrypted(authority.cert, authority.issue("server"), clients=True)
    with receiver(require_peer, tmp_path / "receiver", tls) as daemon:
        yield daemon


def sent(port: int, ca: Path, ours: Pair | None = None, count: int = 3, host: str = "127.0.0.1") -> None:
    """One session. Raises what it raises."""
    settings = Settings(host, port, "node-1", write_timeout=10.0, connect_timeout=5.0, close_timeout=2.0)
    cert, key = (str(ours.cert), ours.secret) if ours else ("", b"")

    async def run() -> None:
        sink = SyslogSink(settings, lambda: client_context(str(ca), cert, key))
        await sink.open()
        try:
            await sink.send([event(seq) for seq in range(1, count + 1)])
            await sink.send([])
        finally:
            await sink.close()

    asyncio.run(run())


def test_both_sides_show_a_certificate_and_every_event_arrives(rsyslogd: Rsyslogd, authority: Authority) -> None:
    rsyslogd.start()
    sent(rsyslogd.port, authority.cert, authority.issue("client"), 2000)
    until(lambda: len(rsyslogd.received()) >= 2000, "events are missing")
    assert [message.event["metadata"]["uid"] for message in rsyslogd.received()] == [f"n-{n}" for n in range(1, 2001)]


def test_a_receiver_of_another_ca_is_refused(rsyslogd: Rsyslogd, authority: Authority, tmp_path: Path) -> None:
    rsyslogd.start()
    stranger = Authority(tmp_path, "stranger")
    with pytest.raises(Unavailable, match="certificate is not accepted"):
        sent(rsyslogd.port, stranger.cert, authority.issue("client"))
    assert rsyslogd.received() == []


def test_a_receiver_of_another_name_is_refused(rsyslogd: Rsyslogd, authority: Authority) -> None:
    rsyslogd.start()
    with pytest.raises(Unavailable, match="not valid for 'localhost'"):
        sent(rsyslogd.port, authority.cert, authority.issue("client"), host="localhost")
    assert rsyslogd.received() == []


def test_a_receiver_whose_certificate_has_expired_is_refused(rsyslogd: Rsyslogd, authority: Authority) -> None:
    rsyslogd.configure(Encrypted(authority.cert, authority.issue("old", expired=True)))
    rsyslogd.start()
    with pytest.raises(Unavailable, match="expired"):
        sent(rsyslogd.port, authority.cert)
    assert rsyslogd.received() == []


def test_without_a_certificate_of_ours_the_receiver_refuses_and_we_say_what_it_may_want(
    rsyslogd: Rsyslogd, authority: Authority
) -> None:
    rsyslogd.start()
    with pytest.raises(Unavailable, match="certificate of ours"):
        sent(rsyslogd.port, authority.cert)
    assert rsyslogd.received() == []


def test_with_a_certificate_of_another_ca_the_receiver_refuses(
    rsyslogd: Rsyslogd, authority: Authority, tmp_path: Path
) -> None:
    rsyslogd.start()
    with pytest.raises(Unavailable, match="takes no events"):
        sent(rsyslogd.port, authority.cert, Authority(tmp_path, "stranger").issue("impostor"))
    assert rsyslogd.received() == []


def test_a_receiver_that_speaks_no_tls_gets_nothing(rsyslogd: Rsyslogd, authority: Authority) -> None:
    rsyslogd.configure(None)
    rsyslogd.start()
    with pytest.raises(Unavailable, match="takes no events"):
        sent(rsyslogd.port, authority.cert)
    assert b"n-1" not in rsyslogd.raw()
