"""A transmitter's tokens, made by hand with `cryptography` alone: nothing of ours signs what ours has to verify."""

import base64
import hashlib
import hmac
import itertools
import json
import time
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ISSUER, AUDIENCE = "https://idp.example/realm", "https://nameplate.example/ssf"
CAEP = "https://schemas.openid.net/secevent/caep/event-type/"
RISC = "https://schemas.openid.net/secevent/risc/event-type/"
SSF = "https://schemas.openid.net/secevent/ssf/event-type/"
DISABLED = f"{RISC}account-disabled"
_numbers = itertools.count(1)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _int(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


class Signer:
    """One key pair, RSA or P-256."""

    def __init__(self, kid: str = "k1", bits: int = 2048, issuer: str = ISSUER) -> None:
        self.kid, self.issuer = kid, issuer
        self.rsa = rsa.generate_private_key(65_537, bits)
        self.ec = ec.generate_private_key(ec.SECP256R1())

    @property
    def jwk(self) -> dict[str, Any]:
        public = self.rsa.public_key().public_numbers()
        return {"kty": "RSA", "kid": self.kid, "use": "sig", "alg": "RS256", "n": _int(public.n), "e": _int(public.e)}

    @property
    def ec_jwk(self) -> dict[str, Any]:
        public = self.ec.public_key().public_numbers()
        x, y = (b64(each.to_bytes(32, "big")) for each in (public.x, public.y))
        return {"kty": "EC", "kid": f"{self.kid}-ec", "crv": "P-256", "x": x, "y": y}

    def jwks(self) -> bytes:
        return json.dumps({"keys": [self.jwk, self.ec_jwk]}).encode()

    def claims(self, uri: str = DISABLED, event: Any = None, subject: Any = None, **more: Any) -> dict[str, Any]:
        """Claims that hold, but for `more`; what is None there is left out."""
        usual = {
            "iss": self.issuer,
            "aud": AUDIENCE,
            "jti": f"j{next(_numbers)}",
            "iat": int(time.time()),
            "sub_id": subject or {"format": "iss_sub", "iss": self.issuer, "sub": "amr-1"},
            "events": {uri: {} if event is None else event},
        }
        return {name: value for name, value in (usual | more).items() if value is not None}

    def token(self, claims: Any = None, **header: Any) -> bytes:
        """Signed as `alg` says, or not at all."""
        usual = {"typ": "secevent+jwt", "alg": "RS256", "kid": self.kid}
        named = {name: value for name, value in (usual | header).items() if value is not None}
        body = claims if isinstance(claims, bytes) else json.dumps(claims or self.claims()).encode()
        text = f"{b64(json.dumps(named).encode())}.{b64(body)}"
        return f"{text}.{b64(self._signature(str(named.get('alg')), text.encode()))}".encode()

    def _signature(self, alg: str, text: bytes) -> bytes:
        if alg == "RS256":
            return self.rsa.sign(text, padding.PKCS1v15(), hashes.SHA256())
        if alg == "PS256":
            return self.rsa.sign(text, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        if alg == "ES256":
            r, s = decode_dss_signature(self.ec.sign(text, ec.ECDSA(hashes.SHA256())))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")
        if alg == "HS256":
            # The classic: our public key taken for a shared secret.
            public = self.rsa.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            return hmac.new(public, text, hashlib.sha256).digest()
        return b""
