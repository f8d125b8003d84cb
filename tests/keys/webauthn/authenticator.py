"""An authenticator in software (WebAuthn Level 3), which lies wherever a test wants it to."""

import base64
import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Authenticator:
    """One credential. `origin`: the page that asks; `flags`: what it says of the user; `counter`: the next one."""

    def __init__(self, origin: str, host: str = "localhost") -> None:
        self.origin, self.host = origin, host
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)
        self.flags, self.counter, self.cross_origin = PRESENT | VERIFIED, 0, False

    def make(self, asked: Any) -> dict[str, Any]:
        """Answer `navigator.credentials.create`."""
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(public)
        data = self.data(self.flags | ATTESTED) + attested
        response = {
            "clientDataJSON": text(self._client("webauthn.create", asked["options"]["challenge"])),
            "attestationObject": text(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})),
        }
        return {"nonce": asked["nonce"], "credential": self._whole(response)}

    def show(self, asked: Any, challenge: str = "") -> dict[str, Any]:
        """Answer `navigator.credentials.get`."""
        self.counter += 1
        data = self.data(self.flags)
        client = self._client("webauthn.get", challenge or asked["options"]["challenge"])
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": text(client),
            "authenticatorData": text(data),
            "signature": text(signature),
        }
        return {"nonce": asked["nonce"], "credential": self._whole(response)}

    def data(self, flags: int) -> bytes:
        """Authenticator data (section 6.1) without a credential."""
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.counter.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": self.cross_origin}
        return json.dumps(said).encode()

    def _whole(self, response: dict[str, str]) -> dict[str, Any]:
        ident = text(self.id)
        return {"id": ident, "rawId": ident, "type": "public-key", "response": response, "clientExtensionResults": {}}


def text(raw: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
