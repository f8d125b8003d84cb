"""The keys of a transmitter (JWKS, RFC 7517): kept, and fetched again when an unknown one is named, within bounds."""

import asyncio
import json
from base64 import urlsafe_b64decode
from collections.abc import Awaitable, Callable
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey

from nameplate.domain.errors import Unavailable

from .sets import Key, Refusal

MIN_RSA_BITS = 2048
FRESH_S, AGAIN_S = 600.0, 30.0
MAX_KEYS = 32
_KINDS = {"RS256": "RSA", "ES256": "EC"}


class KeyCache:
    """The `Keys` of one transmitter. `fetch` gives its JWKS; `monotonic`: seconds.

    Looked at again after FRESH_S, and for an unknown `kid`; never more often than once in AGAIN_S, so that nobody
    makes us call others. While it cannot be fetched the former keys count: a stop must still arrive.
    """

    def __init__(self, fetch: Callable[[], Awaitable[bytes]], monotonic: Callable[[], float]) -> None:
        self._fetch, self._monotonic = fetch, monotonic
        self._keys: list[dict[str, Any]] = []
        self._tried = self._fetched = float("-inf")
        self._fetching = asyncio.Lock()

    async def find(self, kid: str, alg: str) -> Key:
        """See `Keys`."""
        if self._monotonic() - self._fetched > FRESH_S:
            await self._refresh()
        found = self._named(kid, alg)
        if found is None:
            await self._refresh()
            found = self._named(kid, alg)
        if found is None:
            if self._fetched == float("-inf"):
                raise Unavailable("jwks", "The keys of the transmitter cannot be fetched.", "It is tried again.")
            raise Refusal("invalid_key", "The issuer has no such key for this algorithm.")
        return _usable(found)

    def _named(self, kid: str, alg: str) -> dict[str, Any] | None:
        fitting = [each for each in self._keys if _fits(each, alg) and kid in ("", each.get("kid"))]
        return fitting[0] if len(fitting) == 1 else None

    async def _refresh(self) -> None:
        async with self._fetching:
            if self._monotonic() - self._tried < AGAIN_S:
                return
            self._tried = self._monotonic()
            try:
                self._keys, self._fetched = read_keys(await self._fetch()), self._monotonic()
            except (OSError, Unavailable) as error:
                if not self._keys:
                    raise Unavailable("jwks", f"The keys of the transmitter cannot be fetched: {error}.") from None


def read_keys(body: bytes) -> list[dict[str, Any]]:
    """The keys in a JWKS; raises Unavailable for what is none."""
    try:
        keys = json.loads(body)["keys"]
        return [dict(each) for each in keys if isinstance(each, dict)][:MAX_KEYS]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise Unavailable("jwks", "What the transmitter shows as its keys is none.") from None


def _fits(key: dict[str, Any], alg: str) -> bool:
    curve = alg != "ES256" or key.get("crv") == "P-256"
    return key.get("kty") == _KINDS[alg] and key.get("use", "sig") == "sig" and key.get("alg", alg) == alg and curve


def _usable(found: dict[str, Any]) -> Key:
    """Public parts only, whatever they have published; raises Refusal for a key that is too weak or none."""
    try:
        if found["kty"] == "RSA":
            if int.from_bytes(urlsafe_b64decode(f"{found['n']}=="), "big").bit_length() < MIN_RSA_BITS:
                raise Refusal("invalid_key", f"An RSA key needs {MIN_RSA_BITS} bits.")
            return RSAKey.import_key({name: found[name] for name in ("kty", "n", "e")})
        return ECKey.import_key({name: found[name] for name in ("kty", "crv", "x", "y")})
    except (JoseError, ValueError, KeyError, TypeError):
        raise Refusal("invalid_key", "The key of the issuer cannot be read.") from None
