"""What an object of Active Directory means: pure."""

from enum import StrEnum

from nameplate.bridges.ldap.mapping import MAX_MAIL, first_value, text, texts, uuid_of
from nameplate.bridges.ldap.people import Someone, plain
from nameplate.bridges.ldap.settings import MEMBER_OF, Settings
from nameplate.bridges.ldap.wire import Entry
from nameplate.domain.names import is_id
from nameplate.domain.notices import ActorNotice, Status

ACCOUNT_DISABLED = 0x2
"""Of userAccountControl (MS-ADTS 2.2.16)."""
ATTRIBUTES = ("objectGUID", "uSNChanged", "objectClass", "cn", "userAccountControl", "accountExpires", "isDeleted")
FROM_1601_US = 11_644_473_600_000_000
"""From the epoch of FILETIME to ours."""
LAST_US = 253_402_300_799_999_999
"""The end of the year 9999: what expires later, as what has 2^63-1 there, never does."""
OF_PEOPLE = ("manager", "mail", "displayName", MEMBER_OF)


class Kind(StrEnum):
    """What an object is here."""

    ACTOR = "actor"
    PERSON = "person"
    GROUP = "group"
    NOTHING = ""


def attributes(settings: Settings) -> tuple[str, ...]:
    """What is read, and nothing else."""
    return (*ATTRIBUTES, *OF_PEOPLE, settings.options["actor_name"])


def kind_of(settings: Settings, entry: Entry) -> Kind:
    """Where it lies and what it is decide. What is deleted, or lies elsewhere, is nothing here.

    Actors are all accounts below `actors_in`; where that is not set, computers and managed service accounts (which are
    computers to the schema). People are all other accounts below `people_in`, or below the base.
    """
    classes = {each.lower() for each in texts(entry.attributes, "objectClass")}
    if text(entry.attributes, "isDeleted") == "TRUE" or not below(entry.dn, settings.base):
        return Kind.NOTHING
    if "group" in classes:
        return Kind.GROUP
    if "user" not in classes:
        return Kind.NOTHING
    actors, people = settings.options["actors_in"], settings.options["people_in"]
    if below(entry.dn, actors) if actors else "computer" in classes:
        return Kind.ACTOR
    is_person = "computer" not in classes and (not people or below(entry.dn, people))
    return Kind.PERSON if is_person else Kind.NOTHING


def below(dn: str, base: str) -> bool:
    """Whether an object lies in a part of the tree."""
    mine, theirs = plain(dn), plain(base)
    return mine == theirs or mine.endswith(f",{theirs}")


def key_of(entry: Entry) -> str:
    """Its objectGUID, which it keeps for ever; empty if it shows none."""
    return uuid_of(next(iter(entry.attributes.get("objectguid", ())), b""))


def number_of(entry: Entry, name: str) -> int:
    """An attribute that is a whole number; -1 if it is none."""
    found = text(entry.attributes, name)
    digits = found.removeprefix("-")
    return int(found) if digits.isascii() and digits.isdecimal() and len(digits) < 20 else -1


def status_of(entry: Entry) -> Status:
    """An account whose control flags cannot be read counts as disabled."""
    flags = number_of(entry, "userAccountControl")
    return Status.DISABLED if flags < 0 or flags & ACCOUNT_DISABLED else Status.ACTIVE


def expires_at(entry: Entry) -> int:
    """When an account expires (microseconds, UTC; MS-ADA1, accountExpires, counts tenths of them from 1601).

    0 if it never does. One whose date cannot be read has expired long ago.
    """
    ticks = number_of(entry, "accountExpires") if text(entry.attributes, "accountExpires") else 0
    at = ticks // 10 - FROM_1601_US
    return 0 if ticks == 0 or at > LAST_US else max(1, at)


def actor_notice(settings: Settings, key: str, entry: Entry) -> ActorNotice | None:
    """None where its name cannot be that of an actor. Names of computers end in `$`, which is left out."""
    name = text(entry.attributes, settings.options["actor_name"]).removesuffix("$")
    if not is_id(name):
        return None
    return ActorNotice(settings.bridge, key, name, status_of(entry), valid_until=expires_at(entry))


def someone(settings: Settings, entry: Entry) -> Someone:
    """What an object says of a person. When something was decided Active Directory tells to the second only."""
    found = entry.attributes
    groups = frozenset(first_value(dn) for dn in texts(found, MEMBER_OF)) & settings.groups
    return Someone(
        entry.dn,
        status_of(entry),
        text(found, "manager"),
        texts(found, "mail")[:MAX_MAIL],
        text(found, "displayName") or text(found, "cn"),
        groups,
    )
