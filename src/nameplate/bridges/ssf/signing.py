"""Our own tokens, signed with RS256 (2048 bits), as the CAEP interoperability profile wants them."""

import hashlib
import json
from typing import Any

from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry, serialize_compact

from .sets import TYPE

_REGISTRY = JWSRegistry(algorithms=["RS256"])


class Signer:
    """Signs in the name of `issuer`. `pem`: the private key (PKCS #8). Shows nothing of it."""

    def __init__(self, issuer: str, pem: bytes) -> None:
        self.issuer = issuer
        self._key = RSAKey.import_key(pem)
        public = self._key.as_dict(private=False)
        self.kid = hashlib.sha256(json.dumps([public["n"], public["e"]]).encode()).hexdigest()[:16]
        self.jwks = {"keys": [{**public, "kid": self.kid, "use": "sig", "alg": "RS256"}]}

    def sign(self, audience: str, jti: str, at: int, kind: str, event: dict[str, Any], subject: dict[str, Any]) -> str:
        """A token with that one event. `at`: now, in seconds."""
        claims = {
            "iss": self.issuer,
            "aud": audience,
            "jti": jti,
            "iat": at,
            "txn": jti.rpartition("-")[0] or jti,
            "sub_id": subject,
            "events": {kind: event},
        }
        header = {"alg": "RS256", "typ": TYPE, "kid": self.kid}
        return serialize_compact(header, json.dumps(claims).encode(), self._key, registry=_REGISTRY)

    def actor(self, ident: str) -> dict[str, Any]:
        """An actor as a subject."""
        return {"format": "iss_sub", "iss": self.issuer, "sub": ident}
