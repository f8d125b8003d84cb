"""The keys that points sign their receipts with: the one on record is the one that counts."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nameplate.domain.registry import Registry
from nameplate.ports.keys import KeyStore

SEED_BYTES = 32


class PointKeys:
    """The `PointKeys` of the flow, and what a point is given when it greets."""

    def __init__(self, keys: KeyStore, registry: Registry) -> None:
        self._keys, self._registry = keys, registry

    def seed(self, point: str) -> bytes:
        """The one to sign with. A successor that has come on record is it, also when a crash came before `settle`."""
        own = self._keys.secret(_name(point), SEED_BYTES)
        return self.following(point)[0] if self._succeeded(point) else own

    def following(self, point: str) -> tuple[bytes, str]:
        """See `flows.rotate.PointKeys`."""
        seed = self._keys.next_secret(_name(point))
        return seed, public(seed)

    def settle(self, point: str) -> None:
        """See `flows.rotate.PointKeys`."""
        if self._succeeded(point):
            self._keys.succeed(_name(point))

    def _succeeded(self, point: str) -> bool:
        caller = self._registry.callers.get(point)
        waits = _name(point) in self._keys.awaited()
        return waits and caller is not None and caller.public_key == self.following(point)[1]


def public(seed: bytes) -> str:
    """The public key, hex."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


def _name(point: str) -> str:
    return f"point/{point}"
