"""Logout tokens (OpenID Connect Back-Channel Logout 1.0, sections 2.4 and 2.6): every claim by us."""

from typing import Any

from nameplate.domain.errors import Refused
from nameplate.ports.company import LoggedOut

from .wire import LEEWAY_S, Claims, Expected, is_time, names_audience

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPES = frozenset({"logout+jwt", "application/logout+jwt"})
MAX_AGE_S = 300
MAX_TEXT = 255


def logged_out(header: Claims, claims: Claims, expected: Expected, now: int) -> LoggedOut:
    """Who has signed out there; raises Refused. `now`: seconds since the epoch."""
    if str(header.get("typ", "logout+jwt")).lower() not in TYPES:
        raise _refused("type", "it is a token of another kind")
    if claims.get("iss") != expected.issuer:
        raise _refused("issuer", "it is of another issuer")
    if not names_audience(claims, expected.client):
        raise _refused("audience", "it is for somebody else")
    until = _require_times(claims, now)
    if "nonce" in claims:
        raise _refused("nonce", "it has a nonce, as an ID token has")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise _refused("events", "it does not say that somebody has signed out")
    jti, subject, session = (_text(claims, name) for name in ("jti", "sub", "sid"))
    if not jti:
        raise _refused("jti", "it has no id")
    if not subject and not session:
        raise _refused("subject", "it says neither who has signed out nor of which session")
    return LoggedOut(jti, until, subject, session)


def _require_times(claims: Claims, now: int) -> float:
    """How long it counts."""
    expires, issued = claims.get("exp"), claims.get("iat")
    if not is_time(expires) or expires <= now - LEEWAY_S:
        raise _refused("expired", "it is too old, or does not say how long it counts")
    if not is_time(issued) or not now - MAX_AGE_S - LEEWAY_S <= issued <= now + LEEWAY_S:
        raise _refused("issued", "it is too old, from the future, or does not say when it was issued")
    return min(expires, issued + MAX_AGE_S) + LEEWAY_S


def _text(claims: Claims, name: str) -> str:
    """A text that is not there is empty; anything else in its place is refused."""
    value: Any = claims.get(name, "")
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise _refused("jti" if name == "jti" else "subject", f"its {name} is no text, or too long")
    return value


def _refused(code: str, why: str) -> Refused:
    return Refused(f"oidc_{code}", f"The logout is not accepted: {why}.", "Send another logout token.")
