"""The enforcement points that are connected, and how they are told to stop."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec
import structlog
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from nameplate.domain.errors import NameplateError, NotFound, Refused
from nameplate.domain.links import Install, Opening, Rekey
from nameplate.domain.registry import Registry
from nameplate.domain.stops import Receipt, Stop, receipt_text
from nameplate.domain.verdicts import Decision
from nameplate.ports.bus import Peer
from nameplate.ports.points import Told

log = structlog.get_logger()
OPEN_S, SIGN_WITH_S, REKEY_S = 15.0, 5.0, 50.0


class Connections:
    """Who is connected, by name."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._peers: dict[str, Peer] = {}
        self._leaving: dict[str, str] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the points that are connected."""
        return tuple(sorted(self._peers))

    async def add(self, name: str, peer: Peer) -> None:
        """A point has proved to be `name`; an earlier connection of it ends."""
        peer.name = name
        former, self._peers[name] = self._peers.get(name), peer
        if former is not None:
            await former.close()

    def gone(self, peer: Peer) -> None:
        """A connection has ended."""
        if self._peers.get(peer.name) is peer:
            del self._peers[peer.name]

    def has(self, peer: Peer) -> bool:
        """Whether this connection is that of a known point."""
        return self._peers.get(peer.name) is peer

    async def push(self, stop: Stop, timeout: float, heard: Callable[[Receipt], None]) -> Told:
        """Tell every connected point at once; receipts count only with a valid signature."""
        peers = dict(self._peers)

        async def tell(name: str, peer: Peer) -> Receipt | None:
            receipt = await self._tell(name, peer, stop, timeout)
            if receipt is not None:
                heard(receipt)
            return receipt

        answers = await asyncio.gather(*(tell(name, peer) for name, peer in peers.items()))
        receipts = tuple(each for each in answers if each is not None)
        answered = {each.point for each in receipts}
        declared = {ident for ident, point in self._registry.points.items() if point.channels}
        online = tuple(sorted(set(self._registry.callers) - declared - set(peers)))
        return Told(receipts, online, tuple(sorted((declared | set(peers)) - answered)))

    async def install(self, point: str, door: str, seconds: float) -> None:
        """Open the time in which a reader may take its transport key; raises NotFound."""
        peer = self._peers.get(point)
        if peer is None:
            raise NotFound("point", f"The point {point} is not connected.", "See `nameplate point list`.")
        await peer.call("install", Install(door, seconds), type(None))

    @contextmanager
    def rekeying(self, point: str) -> Iterator[None]:
        """While this lasts a receipt also counts under the key that the point has now."""
        caller = self._registry.callers.get(point)
        self._leaving[point] = caller.public_key if caller else ""
        try:
            yield
        finally:
            del self._leaving[point]

    async def sign_with(self, point: str, seed: bytes) -> bool:
        """Give a point its new signing key; whether it has taken it. One that does not answer is to greet again."""
        peer = self._peers.get(point)
        if peer is None:
            return False
        try:
            await peer.call("sign_with", Rekey(seed), type(None), SIGN_WITH_S)
        except NameplateError as error:
            log.warning("a point is to greet again, for its new key", point=point, why=error.message)
            await peer.close()
            return False
        return True

    async def rekey(self, point: str, door: str, key: bytes) -> bool:
        """Have the reader of a door take another transport key; see `StopsApplied.rekey`."""
        peer = self._peers.get(point)
        if peer is None:
            raise Refused("point_offline", f"The point {point} is not connected.", "See `nameplate point list`.")
        return await peer.call("rekey", Rekey(key, door), bool, REKEY_S)

    async def open(self, point: str, door: str, decision: Decision) -> str:
        """Have a door opened by a call; why not, or nothing. Who cannot be reached opens nothing."""
        peer = self._peers.get(point)
        if peer is None:
            return "unavailable"
        try:
            return await peer.call("open", Opening(door, decision), str, OPEN_S)
        except NameplateError as error:
            return error.code

    async def _tell(self, name: str, peer: Peer, stop: Stop, timeout: float) -> Receipt | None:
        known = {self._key(name)}
        try:
            receipt = await peer.call("stop", stop, Receipt, timeout)
        except (NameplateError, msgspec.ValidationError) as error:
            _no_receipt(name, stop, str(error))
            return None
        # Its key may have been changed while it obeyed: then it counts under the one that it had when it was told.
        known |= {self._key(name), self._leaving.get(name, "")}
        if receipt.point != name or receipt.stop != stop.id or receipt.key not in known or not _signed(receipt):
            _no_receipt(name, stop, "it is not signed by its point")
            return None
        return receipt

    def _key(self, name: str) -> str:
        caller = self._registry.callers.get(name)
        return caller.public_key if caller else ""


def _no_receipt(point: str, stop: Stop, why: str) -> None:
    log.error("no receipt", point=point, stop=stop.id, why=why)


def _signed(receipt: Receipt) -> bool:
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(receipt.key))
        key.verify(bytes.fromhex(receipt.signature), receipt_text(receipt))
    except (ValueError, InvalidSignature):
        return False
    return True
