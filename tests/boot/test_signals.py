import asyncio

import pytest

from nameplate.boot.settings import Settings
from nameplate.boot.signals import Signals
from nameplate.bridges.ssf.follower import SsfFollower, Told
from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.domain.errors import Invalid, NotFound, Unavailable
from nameplate.domain.registry import Registry
from nameplate.journals.segments import SegmentReader
from tests.bridges.ssf.test_signing import EC, PEM
from tests.held import held

HEARS = Bridge("idp", "s", BridgeType.SSF, options={"issuer": "https://idp.example", "audience": "us"})
HEARD = Bridge("siem", "s", BridgeType.SSF)
OTHER = Bridge("iam", "s", BridgeType.SCIM)


def made(folder, **settings):
    async def nothing(_finding):
        """Nobody looks."""

    async def key(alg):
        return {"RS256": PEM, "ES256": EC}[alg]

    registry = Registry(bridges={each.id: each for each in (HEARS, HEARD, OTHER)})
    reader = SegmentReader(folder)
    return Signals(Settings(data=folder, **settings), folder, registry, "n1", reader, nothing, key)


async def ended(signals):
    running = asyncio.create_task(signals.run())
    await asyncio.sleep(0)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


def test_bridges_of_this_type_are_followed_here_and_all_others_elsewhere(tmp_path):
    signals = made(tmp_path)
    build = signals.or_else(lambda _bridge, _credential: None)
    assert isinstance(build(HEARS, b"token"), SsfFollower)
    assert isinstance(build(HEARD, b""), Told)
    assert build(OTHER, b"") is None
    assert signals.receiver("idp").bridge == HEARS
    assert held(tmp_path / "ssf-idp.db")
    asyncio.run(ended(signals))
    assert held(tmp_path / "ssf-idp.db") == 0


def test_who_does_not_hear_takes_nothing(tmp_path):
    signals = made(tmp_path)
    with pytest.raises(Unavailable):
        signals.receiver("idp")
    for name in ("siem", "iam", "nobody"):
        with pytest.raises(NotFound):
            signals.receiver(name)
    assert [signals.hears(name) for name in ("idp", "siem", "iam", "nobody", "")] == [True, True, False, False, False]


def test_our_name_is_what_is_set_else_where_we_listen(tmp_path):
    assert made(tmp_path, port=8470).issuer == "http://127.0.0.1:8470"
    assert made(tmp_path, host="10.0.0.1", port=8470).issuer == "https://10.0.0.1:8470"
    assert made(tmp_path, signals={"issuer": "https://np.example/x"}).issuer == "https://np.example/x"
    for wrong in ("http://np.example", "https://np.example/", "np.example"):
        with pytest.raises(Invalid):
            Settings.read(data=tmp_path, signals={"issuer": wrong})


def test_streams_go_on_when_there_are_some_and_the_transmitter_waits_until_it_is_needed(tmp_path):
    async def main():
        signals = made(tmp_path)
        running = asyncio.create_task(signals.run())
        await asyncio.sleep(0)
        assert not (tmp_path / "signals.db").exists()
        offering = await signals.offering()
        assert await signals.offering() is offering
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        assert (tmp_path / "signals.db").exists()

    asyncio.run(main())
