"""Our own tokens, signed with RS256 (2048 bits), as the CAEP interoperability profile wants them, or with ES256."""

import hashlib
import json
from typing import Any

from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry, serialize_compact

from .sets import ALGORITHMS, TYPE, Key

_REGISTRY = JWSRegistry(algorithms=ALGORITHMS)
RS256, ES256 = ALGORITHMS


class Signer:
    """Signs in the name of `issuer`. `rsa`, `ec`: private keys (PKCS #8, PEM). Shows nothing of them."""

    def __init__(self, issuer: str, rsa: bytes, ec: bytes = b"") -> None:
        self.issuer = issuer
        self._keys: dict[str, Key] = {RS256: RSAKey.import_key(rsa)}
        if ec:
            self._keys[ES256] = ECKey.import_key(ec)
        public = {alg: key.as_dict(private=False) for alg, key in self._keys.items()}
        self.kids = {alg: _kid(key) for alg, key in public.items()}
        self.jwks = {"keys": [{**public[alg], "kid": kid, "use": "sig", "alg": alg} for alg, kid in self.kids.items()]}

    def sign(
        self,
        audience: str,
        jti: str,
        at: int,
        kind: str,
        event: dict[str, Any],
        subject: dict[str, Any],
        alg: str = RS256,
    ) -> str:
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
        header = {"alg": alg, "typ": TYPE, "kid": self.kids[alg]}
        return serialize_compact(header, json.dumps(claims).encode(), self._keys[alg], registry=_REGISTRY)

    def actor(self, ident: str) -> dict[str, Any]:
        """An actor as a subject."""
        return {"format": "iss_sub", "iss": self.issuer, "sub": ident}


def _kid(public: dict[str, Any]) -> str:
    """By what makes the key itself, so that it keeps its name."""
    parts = [public[name] for name in ("n", "e", "x", "y") if name in public]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
