"""What `manage` needs for shared signals: findings on record, and the key that signs our own."""

import asyncio
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from nameplate.domain.links import Found
from nameplate.ports.authority import Alarms
from nameplate.ports.bus import Handler, Peer
from nameplate.ports.keys import KeyStore

from .internal import read_message

KEY, BITS, SIZE = "signals/rs256", 2048, 2048
"""Secrets have one size for good: the key is filled up with line ends, which PEM does not mind."""


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
        async with self._making:
            # Making one, and the disk, take longer than decisions may wait.
            return await asyncio.to_thread(self._key)

    def _key(self) -> bytes:
        if KEY not in self._keys.names():
            made = rsa.generate_private_key(public_exponent=65_537, key_size=BITS)
            pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            self._keys.replace(KEY, pem.ljust(SIZE, b"\n"))
        return self._keys.secret(KEY, SIZE)
