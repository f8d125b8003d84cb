"""Receipts count only when the point that gave them signed them."""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nameplate.boot import bus
from nameplate.buses.unix import connect
from nameplate.domain.actors import State
from nameplate.domain.errors import NotFound, Refused
from nameplate.domain.links import Install
from nameplate.domain.points import Caller, Channel, Point
from nameplate.domain.registry import Registry
from nameplate.domain.stops import Receipt, Stop, receipt_text
from nameplate.entry.decide.connections import Connections

STOP = Stop("stop-1", ("amr-1",), State.QUARANTINED, 1_000)
KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()


def public(key):
    return key.public_key().public_bytes_raw().hex()


def signed(receipt, key=KEY):
    return replace(receipt, key=public(key), signature=key.sign(receipt_text(receipt)).hex())


RECEIPT = Receipt("stop-1", "p1", 1_500, 2_000)


@asynccontextmanager
async def connected(answer, name="p1"):
    """Connections with one point that answers a stop with `answer(stop)`."""
    registry = Registry()
    registry.callers |= {"p1": Caller("p1", public_key=public(KEY)), "asks": Caller("asks", "00")}
    registry.points |= {"p1": Point("p1", "osdp", "s", (Channel("d", "pty:/x"),))}
    connections, arrived, left = Connections(registry), asyncio.Event(), asyncio.Event()

    async def hello(peer, body):
        await connections.add(name, peer)
        arrived.set()

    async def on_stop(peer, body):
        return await answer(msgspec.msgpack.decode(body, type=Stop))

    async def on_install(peer, body):
        installs.append(msgspec.msgpack.decode(body, type=Install))

    def gone(peer):
        connections.gone(peer)
        left.set()

    installs: list[Install] = []
    with TemporaryDirectory(prefix="np-") as folder:
        path = Path(folder) / "p.sock"
        listener = await bus.listen(path, {"hello": hello}, 0o600, gone)
        peer = await connect(path, {"stop": on_stop, "install": on_install})
        await peer.call("hello", None, type(None))
        await arrived.wait()
        try:
            yield connections, installs, peer, left
        finally:
            await peer.close()
            await listener.stop()


def told(answer, timeout=2.0):
    async def scenario():
        async with connected(answer) as (connections, *_):
            heard: list[Receipt] = []
            found = await connections.push(STOP, timeout, heard.append)
            assert tuple(heard) == found.receipts
            return found

    return asyncio.run(scenario())


def answering(receipt):
    async def answer(stop):
        return receipt

    return answer


def test_a_signed_receipt_counts_and_whoever_asks_online_is_named():
    result = told(answering(signed(RECEIPT)))
    assert result.receipts == (signed(RECEIPT),)
    assert (result.online, result.missing) == (("asks",), ())


@pytest.mark.parametrize(
    "receipt",
    [
        RECEIPT,
        signed(RECEIPT, OTHER),
        replace(signed(RECEIPT), key=public(OTHER)),
        replace(signed(RECEIPT), applied_at=1_999),
        replace(signed(RECEIPT), signature="not hex"),
        replace(signed(RECEIPT), signature=""),
        signed(replace(RECEIPT, stop="stop-0")),
        signed(replace(RECEIPT, point="p2")),
        {"nonsense": 1},
    ],
)
def test_a_receipt_that_is_not_the_points_own_word_is_missing(receipt):
    result = told(answering(receipt))
    assert (result.receipts, result.missing) == ((), ("p1",))


def test_a_silent_point_is_missing_and_is_not_waited_for():
    async def silent(stop):
        await asyncio.Event().wait()

    assert told(silent, timeout=0.05).missing == ("p1",)


def test_a_point_that_is_gone_is_missing():
    async def scenario():
        async with connected(answering(signed(RECEIPT))) as (connections, _, peer, left):
            assert connections.names == ("p1",)
            await peer.close()
            await left.wait()
            assert connections.names == ()
            return await connections.push(STOP, 1.0, lambda _: None)

    result = asyncio.run(scenario())
    assert (result.receipts, result.missing) == ((), ("p1",))


def test_an_install_reaches_its_point_and_no_other():
    async def scenario():
        async with connected(answering(RECEIPT)) as (connections, installs, *_):
            await connections.install("p1", "d", 5.0)
            with pytest.raises(NotFound):
                await connections.install("p2", "d", 5.0)
            return installs

    assert asyncio.run(scenario()) == [Install("d", 5.0)]


def test_a_receipt_under_the_former_key_counts_only_while_it_is_exchanged():
    """The stop was on its way when the new key came on record: it is the point's own word all the same."""

    async def scenario(*, exchanging):
        async def answer(stop):
            registry.callers["p1"] = replace(registry.callers["p1"], public_key=public(OTHER))
            return signed(RECEIPT)

        async with connected(answer) as (connections, *_):
            registry = connections._registry  # noqa: SLF001 - what a rotation changes
            if not exchanging:
                registry.callers["p1"] = replace(registry.callers["p1"], public_key=public(OTHER))
                return (await connections.push(STOP, 2.0, lambda _: None)).missing
            with connections.rekeying("p1"):
                return (await connections.push(STOP, 2.0, lambda _: None)).missing

    assert asyncio.run(scenario(exchanging=True)) == ()
    assert asyncio.run(scenario(exchanging=False)) == ("p1",)


def test_a_point_that_does_not_take_its_key_is_to_greet_again_and_one_that_is_away_is_no_trouble():
    async def scenario():
        async with connected(answering(RECEIPT)) as (connections, _, _peer, left):
            assert await connections.sign_with("p2", bytes(32)) is False
            with pytest.raises(Refused):
                await connections.rekey("p2", "d", bytes(16))
            # It offers no such call: the connection ends, and a new greeting brings the new key.
            assert await connections.sign_with("p1", bytes(32)) is False
            await left.wait()

    asyncio.run(scenario())
