"""Bridges to the systems that a company already governs identities with, as declared."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class BridgeType(StrEnum):
    """What stands on the other side."""

    SCIM = "scim"
    SSF = "ssf"
    LDAP = "ldap"
    ACTIVE_DIRECTORY = "active-directory"
    KEYCLOAK = "keycloak"
    OIDC = "oidc"


class Role(StrEnum):
    """What a person may do here; see `domain.acts`."""

    VIEWER = "viewer"
    OPERATOR = "operator"
    APPROVER = "approver"
    SECURITY = "security"
    OWNER = "owner"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True)
class Option:
    """One field that bridges of a type have. `required`: nothing works without it."""

    name: str
    required: bool = False
    usual: str = ""


def _options(*required: str, **usual: str) -> tuple[Option, ...]:
    return (*(Option(name, required=True) for name in required), *(Option(name, usual=usual[name]) for name in usual))


OPTIONS: Mapping[BridgeType, tuple[Option, ...]] = {
    BridgeType.SCIM: _options(governed="", beside="", cursor="true"),
    BridgeType.SSF: _options(
        issuer="",
        audience="",
        ca="",
        subjects="",
        subject_issuer="",
        delivery="push",
        stream="",
        private="",
        alg="RS256",
    ),
    BridgeType.LDAP: _options(
        "base",
        bind="",
        ca="",
        actor_filter="(objectClass=device)",
        actor_name="cn",
        person_filter="(objectClass=inetOrgPerson)",
        groups="(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames))",
        disabled="pwdAccountLockedTime",
        manager="manager",
        mail="mail",
    ),
    BridgeType.ACTIVE_DIRECTORY: _options(
        "base", bind="", ca="", actors_in="", people_in="", actor_name="sAMAccountName"
    ),
    BridgeType.KEYCLOAK: _options("realm", client="nameplate", ca="", actor_attribute="nameplate", interval="0.5"),
    BridgeType.OIDC: _options(
        "client", ca="", people="", match="sub", groups_claim="groups", acr="", amr="", max_age="3600"
    ),
}
"""The fields of each type beside those that all have. Who reads one: the folder of the bridge."""

HEARS_SILENCE = frozenset({BridgeType.LDAP, BridgeType.ACTIVE_DIRECTORY, BridgeType.KEYCLOAK, BridgeType.SSF})
"""Types that are asked, or that say regularly that they are there: a lease can rest on them."""

READS_GROUPS = frozenset({BridgeType.LDAP, BridgeType.ACTIVE_DIRECTORY, BridgeType.KEYCLOAK})
"""Types by which we ask for groups, for those only that mean something here."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """Another system that governs actors or people of `site`.

    `url`: where it is; empty where it calls us. `credential`: name in the key store. `lease_s`: how long what it said
    holds while nothing is heard of it; 0: for ever. `contracts` and `roles`:
    name of a group upstream -> contract of an actor, role of a person. `options`: see `OPTIONS`.
    """

    id: str
    site: str
    type: BridgeType
    url: str = ""
    credential: str = ""
    lease_s: float = 0.0
    contracts: Mapping[str, str] = field(default_factory=dict)
    roles: Mapping[str, Role] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def credentials(self) -> tuple[str, ...]:
        """Names of the credentials that this bridge may be given, and no others."""
        return (self.credential,) if self.credential else ()

    def option(self, name: str) -> str:
        """The value of an option, or its usual one."""
        usual = next(each.usual for each in OPTIONS[self.type] if each.name == name)
        return self.options.get(name) or usual
