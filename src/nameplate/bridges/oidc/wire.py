"""ID tokens (OpenID Connect Core, section 3.1.3.7): the signature by joserfc, every claim by us."""

import hmac
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypeGuard
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from nameplate.domain.bridges import Bridge
from nameplate.domain.errors import Refused
from nameplate.ports.company import Vouched

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
"""Signatures with a public key only: never `none`, never a shared secret."""
SCOPES = ("openid", "profile", "email", "groups")
LEEWAY_S = 60
MAX_AGE_S = 3600
MAX_TOKEN = 64 * 1024
Claims = Mapping[str, Any]


class Expected(NamedTuple):
    """What an ID token must say. `acr`: one of these; `amr`: all of these; `max_age_s` of the last real sign-in."""

    issuer: str
    client: str
    acr: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()
    max_age_s: int = MAX_AGE_S
    match: str = "sub"
    groups: str = "groups"


def expected_of(bridge: Bridge) -> Expected:
    """What a bridge declares."""
    age = bridge.option("max_age")
    return Expected(
        bridge.url,
        bridge.option("client"),
        _values(bridge.option("acr")),
        _values(bridge.option("amr")),
        int(age) if age.isdecimal() and len(age) < 9 else MAX_AGE_S,
        bridge.option("match"),
        bridge.option("groups_claim"),
    )


def _values(text: str) -> tuple[str, ...]:
    """`hwk, pin` as its values."""
    return tuple(text.replace(",", " ").split())


def asked(expected: Expected) -> dict[str, str]:
    """What a sign-in asks for beyond the usual: how recent it must be, and of which kind (Core, 3.1.2.1 and 5.5)."""
    more = {"max_age": str(expected.max_age_s)}
    if expected.acr:
        wanted = {"id_token": {"acr": {"essential": True, "values": list(expected.acr)}}}
        more |= {"acr_values": " ".join(expected.acr), "claims": json.dumps(wanted)}
    return more


def scope_of(metadata: Mapping[str, Any]) -> str:
    """What is asked for, as far as the provider knows it: some refuse what they do not (Discovery, section 3)."""
    known = metadata.get("scopes_supported")
    return " ".join(each for each in SCOPES if not _is_list(known) or each in known or each == "openid")


def returned(said: Mapping[str, str], state: str, issuer: str, *, names_itself: bool) -> str:
    """The code in the address to which somebody came back; raises Refused. `names_itself`: see RFC 9207."""
    if not hmac.compare_digest(said.get("state", "").encode(), state.encode()) or not state:
        raise _refused("state", "it does not belong to a sign-in that was begun in this browser")
    if "error" in said:
        raise _refused("provider", f"the provider says {said['error'][:60]}")
    if ("iss" in said or names_itself) and said.get("iss") != issuer:
        raise _refused("issuer", "another provider has answered")
    if not said.get("code"):
        raise _refused("code", "there is no code")
    return said["code"]


def claims_of(token: str, keys: Mapping[str, Any]) -> Claims:
    """What a signed token claims; raises Refused. `keys`: a JWK set."""
    return signed(token, keys)[1]


def signed(token: str, keys: Mapping[str, Any]) -> tuple[Claims, Claims]:
    """The header and the claims of a signed token; raises Refused. `keys`: a JWK set."""
    if len(token) > MAX_TOKEN:
        raise _refused("token", "it is too long")
    try:
        found = jwt.decode(token, KeySet.import_key_set(dict(keys)), algorithms=list(ALGORITHMS))  # type: ignore[arg-type]
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise _refused("signature", f"its signature is not accepted ({type(error).__name__})") from None
    return found.header, found.claims


def checked(claims: Claims, expected: Expected, nonce: str, now: int) -> str:
    """The value by which the person is matched; raises Refused. `now`: seconds since the epoch."""
    if claims.get("iss") != expected.issuer:
        raise _refused("issuer", "it is of another issuer")
    _require_audience(claims, expected.client)
    _require_times(claims, now)
    said = claims.get("nonce")
    if not isinstance(said, str) or not nonce or not hmac.compare_digest(said.encode(), nonce.encode()):
        raise _refused("nonce", "it was made for another sign-in")
    _require_strength(claims, expected, now)
    key = claims.get(expected.match)
    if not isinstance(key, str) or not key or not isinstance(claims.get("sub"), str):
        raise _refused("subject", f"it does not say {expected.match}")
    if expected.match == "email" and claims.get("email_verified") is not True:
        raise _refused("subject", "its mail address is not verified")
    return key


def vouched(key: str, claims: Claims, more: Claims, expected: Expected) -> Vouched:
    """The person of an ID token and of what the provider says of the same subject; raises Refused."""
    if more and more.get("sub") != claims["sub"]:
        raise _refused("subject", "the provider speaks of somebody else")
    whole = {**more, **claims}
    groups = whole.get(expected.groups, [])
    names = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    kept = tuple(each for each in names if isinstance(each, str) and each)
    name, session = _text(whole, "name") or _text(whole, "preferred_username"), claims.get("sid")
    of_session = session if isinstance(session, str) else ""
    return Vouched(key, name, _text(whole, "email"), kept, str(claims["sub"]), of_session)


def ended_at(endpoint: str, client: str, back: str) -> str:
    """Where a person signs out at the provider (RP-Initiated Logout 1.0, section 2)."""
    asked = urlencode({"client_id": client, "post_logout_redirect_uri": back})
    return f"{endpoint}{'&' if '?' in endpoint else '?'}{asked}"


def _require_audience(claims: Claims, client: str) -> None:
    if not names_audience(claims, client):
        raise _refused("audience", "it is for somebody else")
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", client) != client or (several and "azp" not in claims):
        raise _refused("audience", "it was issued to somebody else")


def names_audience(claims: Claims, client: str) -> bool:
    """Whether a token is for that client (RFC 7519, section 4.1.3)."""
    audience = claims.get("aud")
    names = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
    return client in names


def _require_times(claims: Claims, now: int) -> None:
    expires, issued = claims.get("exp"), claims.get("iat")
    if not is_time(expires) or expires <= now - LEEWAY_S:
        raise _refused("expired", "it is too old")
    if not is_time(issued) or issued > now + LEEWAY_S:
        raise _refused("issued", "it is from the future, or does not say when it was issued")


def _require_strength(claims: Claims, expected: Expected, now: int) -> None:
    """How, and how lately: the usual libraries do not compare these."""
    if expected.acr and claims.get("acr") not in expected.acr:
        raise _refused("acr", "the sign-in was not of a kind that is asked for")
    methods = claims.get("amr")
    if expected.amr and not set(expected.amr) <= set(methods if _is_list(methods) else ()):
        raise _refused("amr", "the sign-in was not done with what is asked for")
    since = claims.get("auth_time")
    if not is_time(since) or not now - expected.max_age_s - LEEWAY_S <= since <= now + LEEWAY_S:
        raise _refused("auth_time", "the last real sign-in is too long ago, or it does not say when that was")


def is_time(value: Any) -> TypeGuard[float]:
    """A NumericDate, which may have a fraction (RFC 7519, section 2)."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_list(value: Any) -> TypeGuard[Sequence[str]]:
    return isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(each, str) for each in value)


def _text(claims: Claims, name: str) -> str:
    value = claims.get(name)
    return value[:256] if isinstance(value, str) and value.isprintable() else ""


def _refused(code: str, why: str) -> Refused:
    return Refused(f"oidc_{code}", f"The sign-in is not accepted: {why}.", "Begin again.")
