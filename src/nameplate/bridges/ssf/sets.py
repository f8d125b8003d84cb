"""Security event tokens (RFC 8417) as SSF 1.0 narrows them: one verify for all, which takes nothing on trust."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, RSAKey
from joserfc.jws import JWSRegistry, deserialize_compact, extract_compact

TYPE = "secevent+jwt"
ALGORITHMS = ("RS256", "ES256")
"""Signatures by key pairs only: an allow-list, whatever a header says."""
MAX_BYTES = 64 * 1024
MAX_JTI = 255
AHEAD_S, MAX_AGE_S = 60, 30 * 86_400
_REGISTRY = JWSRegistry(algorithms=ALGORITHMS)

Key = RSAKey | ECKey


class Refusal(Exception):
    """A token that is not taken. `code`: an error code of RFC 8935 (section 2.4) or SSF. Tells nothing of the token."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(description)
        self.code, self.description = code, description


class Keys(Protocol):
    """The keys of a transmitter."""

    async def find(self, kid: str, alg: str) -> Key:
        """The one that `kid` names (empty: the only one) for `alg`; raises Refusal, and Unavailable."""
        ...


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose tokens count, and how they have to name us."""

    issuer: str
    audience: str


@dataclass(frozen=True, slots=True)
class Token:
    """A token that holds. `event` is its one event, of the type `uri`. `issued_at`, `happened_at`: seconds, UTC."""

    jti: str
    issued_at: int
    uri: str
    event: Mapping[str, Any]
    subject: Mapping[str, Any]
    happened_at: int


async def verify(raw: bytes, trust: Trust, keys: Keys, now: int) -> Token:
    """The token, if every rule holds; raises Refusal with the first that does not. `now`: seconds, UTC."""
    if len(raw) > MAX_BYTES:
        raise Refusal("invalid_request", f"A token may have {MAX_BYTES} bytes.")
    header = _header(raw)
    key = await keys.find(header.get("kid", ""), header["alg"])
    try:
        payload = deserialize_compact(raw, key, registry=_REGISTRY).payload
    except (JoseError, ValueError):
        raise Refusal("authentication_failed", "The signature is not that of the issuer.") from None
    return _checked(_claims(payload), trust, now)


def _header(raw: bytes) -> dict[str, Any]:
    """The header, of which nothing is believed but which of the known keys it means."""
    try:
        header = extract_compact(raw).headers()
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise Refusal("invalid_request", "This is no signed token (JWS, compact).") from None
    if str(header.get("typ", "")).lower() != TYPE:
        raise Refusal("invalid_request", f"`typ` is not {TYPE}.")
    if header.get("alg") not in ALGORITHMS:
        raise Refusal("invalid_key", f"`alg` is none of {', '.join(ALGORITHMS)}.")
    if "crit" in header or "b64" in header:
        raise Refusal("invalid_request", "The header wants extensions.")
    if not isinstance(header.get("kid", ""), str):
        raise Refusal("invalid_key", "`kid` is no text.")
    return header


def _claims(payload: bytes) -> dict[str, Any]:
    try:
        claims = json.loads(payload)
    except (ValueError, RecursionError):
        claims = None
    if not isinstance(claims, dict):
        raise Refusal("invalid_request", "What is signed is no JSON object.")
    return claims


def _checked(claims: Mapping[str, Any], trust: Trust, now: int) -> Token:
    if claims.get("iss") != trust.issuer:
        raise Refusal("invalid_issuer", "`iss` is not the issuer of this stream.")
    audience = claims.get("aud")
    if trust.audience not in (audience if isinstance(audience, list) else [audience]):
        raise Refusal("invalid_audience", "`aud` does not name this receiver.")
    for forbidden in ("sub", "exp"):
        if forbidden in claims:
            raise Refusal("invalid_request", f"`{forbidden}` must not be there (SSF 1.0).")
    jti, issued_at = claims.get("jti"), claims.get("iat")
    if not isinstance(jti, str) or not 0 < len(jti) <= MAX_JTI:
        raise Refusal("invalid_request", "`jti` is missing.")
    if type(issued_at) is not int or not now - MAX_AGE_S <= issued_at <= now + AHEAD_S:
        raise Refusal("invalid_request", "`iat` is missing, lies ahead, or is more than 30 days old.")
    uri, event = _one_event(claims.get("events"))
    subject = claims.get("sub_id")
    if not isinstance(subject, dict):
        raise Refusal("invalid_request", "`sub_id` is missing.")
    return Token(jti, issued_at, uri, event, subject, _happened_at(claims, event, issued_at))


def _one_event(events: object) -> tuple[str, Mapping[str, Any]]:
    if not isinstance(events, dict) or len(events) != 1:
        raise Refusal("invalid_request", "`events` does not hold exactly one event (SSF 1.0).")
    ((uri, event),) = events.items()
    if not isinstance(event, dict):
        raise Refusal("invalid_request", "The event is no object.")
    return uri, event


def _happened_at(claims: Mapping[str, Any], event: Mapping[str, Any], issued_at: int) -> int:
    """CAEP's `event_timestamp`, else `toe` (RFC 8417): never later than when the token was issued."""
    told = [each for each in (event.get("event_timestamp"), claims.get("toe")) if type(each) is int and each > 0]
    return min([*told[:1], issued_at])
