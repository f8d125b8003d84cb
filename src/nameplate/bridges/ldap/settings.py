"""What a bridge to a directory needs, read from its manifest and the key store."""

import hashlib
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.domain.errors import Invalid

from .address import Address, read_address, trust
from .disabled import Disabled, read_disabled
from .wire import is_filter

MEMBER_OF = "memberOf"
FILTERS = ("actor_filter", "person_filter", "groups")


@dataclass(frozen=True, slots=True)
class Settings:
    """`bind`: who we are there, empty for anonymous. `groups`: names of those that have a meaning here.

    `lease_s`: 0 for none. `digest`: changes when what was kept of this directory means nothing any more.
    """

    bridge: str
    address: Address
    base: str
    bind: str
    password: str = field(repr=False)
    context: ssl.SSLContext | None
    lease_s: float
    groups: frozenset[str]
    options: Mapping[str, str]
    disabled: tuple[Disabled, ...]
    digest: str


def read_settings(bridge: Bridge, credential: bytes, teams: frozenset[str] = frozenset()) -> Settings:
    """Raises Invalid, which never shows a password. `teams`: groups that are the people of one."""
    ca = bridge.option("ca")
    address = read_address(bridge.url, ca=ca)
    options = {name: bridge.option(name) for name in _names(bridge)}
    for name in FILTERS:
        if options.get(name, MEMBER_OF) != MEMBER_OF and not is_filter(options[name]):
            raise Invalid(name, f"`{name}` of the bridge {bridge.id} is no LDAP filter.", "Write one as in RFC 4515.")
    bind, password = bridge.option("bind"), _password(bridge, credential)
    return Settings(
        bridge.id,
        address,
        bridge.option("base"),
        bind,
        password,
        trust(ca) if address.tls or address.start_tls else None,
        bridge.lease_s,
        frozenset((*bridge.roles, *bridge.contracts, *teams)),
        options,
        read_disabled(options.get("disabled", "")),
        _digest(bridge, options),
    )


def _names(bridge: Bridge) -> tuple[str, ...]:
    ldap = ("actor_filter", "actor_name", "person_filter", "groups", "disabled", "manager", "mail")
    return ldap if bridge.type is BridgeType.LDAP else ("actors_in", "people_in", "actor_name")


def _password(bridge: Bridge, credential: bytes) -> str:
    """A name without a password would be taken for anonymous by many servers (RFC 4513, 5.1.2): it is refused here."""
    named = bool(bridge.option("bind"))
    try:
        password = credential.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise Invalid("credential", "The credential of the bridge is no text.", "Put the password again.") from None
    if named != bool(password):
        raise Invalid(
            "bind", f"The bridge {bridge.id} needs both `bind` and `credential`, or neither.", "Name the other one too."
        )
    return password


def _digest(bridge: Bridge, options: Mapping[str, str]) -> str:
    meant = json.dumps([bridge.url, bridge.option("base"), bridge.option("bind"), sorted(options.items())])
    return hashlib.sha256(meant.encode()).hexdigest()[:32]
