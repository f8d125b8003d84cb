"""Bridges to identity systems."""

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from typing import TypeVar

from nameplate.domain.bridges import HEARS_SILENCE, OPTIONS, Bridge, BridgeType, Role
from nameplate.domain.names import is_id, is_key_name

from .fields import Fields
from .quantities import format_duration, parse_duration

T = TypeVar("T")
_TYPES = {str(each): each for each in BridgeType}
_ROLES = {str(each): each for each in Role}
_HOST = r"(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])"
_LOOPBACK = r"(?:127(?:\.[0-9]{1,3}){3}|localhost|\[::1\])"
_TAIL = r"(?::[0-9]{1,5})?(?:/[!-~]*)?"
_WEB = re.compile(rf"https://{_HOST}{_TAIL}|http://{_LOOPBACK}{_TAIL}")
_LDAP = re.compile(rf"ldaps?://{_HOST}(?::[0-9]{{1,5}})?/?|ldapi://[!-~]+")
_URLS: Mapping[BridgeType, tuple[re.Pattern[str], str]] = {
    BridgeType.LDAP: (_LDAP, "Write ldaps://HOST or ldap://HOST; ldap:// begins with StartTLS beyond this machine."),
    BridgeType.ACTIVE_DIRECTORY: (_LDAP, "Write ldaps://HOST, a domain controller."),
    BridgeType.KEYCLOAK: (_WEB, "Write https://HOST, without /realms; http:// only to this machine."),
    BridgeType.OIDC: (_WEB, "Write the issuer as it stands in its tokens; http:// only on this machine."),
    BridgeType.SSF: (_WEB, "Write https://HOST, the transmitter; http:// only on this machine."),
}
_CALLS_US = frozenset({BridgeType.SCIM, BridgeType.SSF})


def read_bridge(fields: Fields, ident: str, site: str) -> Bridge:
    """A bridge."""
    kind = fields.choice("type", _TYPES, BridgeType.SCIM, required=True)
    bridge = Bridge(
        ident,
        fields.name("site") or site,
        kind,
        _url(fields, kind),
        _credential(fields),
        float(fields.quantity("lease", parse_duration, "a time such as 5m") or 0),
        _table(fields, "contracts", _contract),
        _table(fields, "roles", lambda value: _ROLES.get(str(value))),
        _options(fields, kind),
    )
    if bridge.lease_s and kind not in HEARS_SILENCE:
        fields.fail(
            "lease", f"From a bridge of type {kind} silence cannot be told from nothing to say.", "Leave it out."
        )
    elif bridge.lease_s and kind is BridgeType.SSF and not bridge.credential:
        fields.fail("lease", "Without a credential the stream cannot be verified.", "Name one, or leave the lease out.")
    return bridge


def _url(fields: Fields, kind: BridgeType) -> str:
    url = fields.text("url", required=kind not in _CALLS_US, limit=2048)
    pattern, remedy = _URLS.get(kind, (None, "A SCIM client calls us: leave `url` out."))
    if url and (pattern is None or pattern.fullmatch(url) is None or "@" in url):
        fields.fail("url", "This address is not possible here.", remedy)
        return ""
    return url


def _credential(fields: Fields) -> str:
    """Not repeated when it cannot be a name: somebody may have written the secret there."""
    name = fields.text("credential")
    if name and not is_key_name(name):
        fields.fail("credential", "This is not a name in the key store.", "Use that given to `nameplate key put NAME`.")
        return ""
    return name


def _contract(value: object) -> str | None:
    return value if isinstance(value, str) and is_id(value) else None


def _table(fields: Fields, key: str, read: Callable[[object], T | None]) -> Mapping[str, T]:
    section, found = fields.section(key), {}
    for name in list(section.source) if section else ():
        value = read(section.take(name)) if section else None
        if value is None:
            fields.fail(
                f"{key}.{name}",
                "This cannot stand here.",
                "Write the name of a group upstream, then what it means here.",
            )
        else:
            found[str(name)] = value
    return found


def _options(fields: Fields, kind: BridgeType) -> Mapping[str, str]:
    found = {each.name: fields.text(each.name, required=each.required, limit=1024) for each in OPTIONS[kind]}
    if kind is BridgeType.SSF:
        _check_signals(fields, found)
    return {name: text for name, text in found.items() if text}


def _check_signals(fields: Fields, found: Mapping[str, str]) -> None:
    if found["issuer"] and not found["audience"]:
        fields.fail(
            "audience", "The field is missing.", "Write how the tokens of the issuer name this receiver (`aud`)."
        )
    if found["issuer"] and _WEB.fullmatch(found["issuer"]) is None:
        fields.fail("issuer", "This is no issuer.", "Write it as it stands in its tokens: https://HOST.")
    if found["delivery"] not in {"", "push", "poll"}:
        fields.fail("delivery", "There is no such way.", "Write `push` or `poll`.")
    if found["alg"] not in {"", "RS256", "ES256"}:
        fields.fail("alg", "Nothing is signed with that here.", "Write `RS256` or `ES256`.")
    if found["subjects"] and not is_id(found["subjects"]):
        fields.fail("subjects", "This is no bridge.", "Write the id of the bridge that brings those whom it is about.")
    try:
        [ip_network(each.strip()) for each in found["private"].split(",") if each.strip()]
    except ValueError:
        fields.fail("private", "These are no networks.", "Write 10.20.0.0/16, 10.30.0.0/16")


def write_bridge(bridge: Bridge) -> dict[str, object]:
    """The inverse of `read_bridge`."""
    return {
        "site": bridge.site,
        "type": str(bridge.type),
        "url": bridge.url,
        "credential": bridge.credential,
        "lease": format_duration(int(bridge.lease_s)) if bridge.lease_s else "",
        "contracts": dict(bridge.contracts),
        "roles": {name: str(role) for name, role in bridge.roles.items()},
        **bridge.options,
    }
