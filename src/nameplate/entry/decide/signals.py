"""What `manage` needs for shared signals: findings on record, and the key that signs our own."""

import asyncio
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from nameplate.domain.errors import NotFound
from nameplate.domain.links import Found
from nameplate.ports.authority import Alarms
from nameplate.ports.bus import Handler, Peer
from nameplate.ports.keys import KeyStore

from .internal import read_message

KEYS = {"RS256": "signals/rs256", "ES256": "signals/es256"}
BITS, SIZE = 2048, 2048
"""Secrets have one size for good: a key is filled up with line ends, which PEM does not mind."""


class Signals:
    """Handlers for our own processes."""

    def __init__(self, keys: KeyStore, alarms: Alarms) -> None:
        self._keys, self._alarms = keys, alarms
        self._making = asyncio.Lock()

    def handlers(self) -> Mapping[str, Handler]:
        """What they may call."""
        return {"found": self._found, "signing_key": self._signing_key}

    async def _found(self, peer: Peer, body: bytes) -> None:
        self._alarms.raise_finding(read_message(body, Found).finding)

    async def _signing_key(self, peer: Peer, body: bytes) -> bytes:
        alg = read_message(body, str)
        if alg not in KEYS:
            raise NotFound("key", f"Nothing is signed with {alg[:16]} here.", f"Use {', '.join(KEYS)}.")
        async with self._making:
            # Making one, and the disk, take longer than decisions may wait.
            return await asyncio.to_thread(self._key, alg)

    def _key(self, alg: str) -> bytes:
        name = KEYS[alg]
        if name not in self._keys.names():
            pem = _made(alg).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            self._keys.replace(name, pem.ljust(SIZE, b"\n"))
        return self._keys.secret(name, SIZE)


def _made(alg: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    if alg == "ES256":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65_537, key_size=BITS)
