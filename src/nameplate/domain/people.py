"""People of the company as the record knows them: by pseudonym. Their names lie outside of it."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from .bridges import Bridge, Role
from .timestamps import moment

LOCAL = "p-local"
"""The first owner, made on the machine itself. It ends when the company's own identity system has brought one."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whom `bridge` brought. `manager`: another person's id. `addresses`: keyed hashes of mail addresses.

    `groups`: as they are called upstream. `since`: when `active` last changed (microseconds, UTC).
    """

    id: str
    bridge: str
    active: bool = True
    since: int = 0
    manager: str = ""
    addresses: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passkey:
    """A WebAuthn credential (Level 3). `id`: base64url, `public`: COSE key, hex. `counter`: the highest seen."""

    id: str
    person: str
    public: str
    counter: int = 0
    bound_at: int = 0


@dataclass(frozen=True, slots=True)
class Session:
    """A person who is signed in. `id`: SHA-256 of the token, hex. `proved_at`: the last proof, by IAM or passkey.

    `client`: `console` or `cli`. `subject`, `upstream`: keyed hashes of what the company's provider calls the person
    and the session there, where it was by one that they signed in. Times: microseconds, UTC.
    """

    id: str
    person: str
    client: str
    since: int
    until: int
    proved_at: int
    subject: str = ""
    upstream: str = ""


def person_id(secret: bytes, bridge: str, key: str) -> str:
    """`p-` and 80 bits of an HMAC-SHA-256 (RFC 2104): the same person gets the same id, and none tells a name."""
    return f"p-{_keyed(secret, bridge, key)[:20]}"


def address_hash(secret: bytes, address: str) -> str:
    """A mail address as it may be on record. Upper and lower case are the same mailbox."""
    text = address.strip().removeprefix("mailto:").lower()
    return _keyed(secret, "address", text)[:32]


def provider_hash(secret: bytes, bridge: str, claim: str, value: str) -> str:
    """What a provider calls a person (`sub`) or a session (`sid`), as it may be on record; empty for nothing."""
    return _keyed(secret, f"{bridge}/{claim}", value)[:32] if value else ""


def _keyed(secret: bytes, kind: str, text: str) -> str:
    return hmac.new(secret, f"{kind}\0{text}".encode(), hashlib.sha256).hexdigest()


def roles_of(person: Person | None, bridges: Mapping[str, Bridge]) -> frozenset[Role]:
    """What a person may do now; nothing for one who is not active, or whom no declared bridge vouches for."""
    if person is None or not person.active:
        return frozenset()
    if person.id == LOCAL:
        return frozenset({Role.OWNER})
    bridge = bridges.get(person.bridge)
    return (
        frozenset()
        if bridge is None
        else frozenset(bridge.roles[name] for name in person.groups if name in bridge.roles)
    )


def owners(people: Mapping[str, Person], passkeys: Mapping[str, Passkey], bridges: Mapping[str, Bridge]) -> list[str]:
    """The owners who can prove themselves now."""
    keyed = sorted({each.person for each in passkeys.values()})
    return [ident for ident in keyed if Role.OWNER in roles_of(people.get(ident), bridges)]


def told(people: dict[str, Person], groups: dict[str, int], record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Take in a record of the kind `person`; what it does not name stays as it was. Gives what it touched.

    `groups`: those that have had somebody in them who was here, and since when: only such a one can be left by all.
    """
    ident = str(record["person"])
    former = people.get(ident) or Person(ident, str(record["bridge"]), since=moment(record["at"]))
    after = replace(
        former,
        manager=str(record.get("manager", former.manager)),
        addresses=tuple(map(str, record.get("addresses", former.addresses))),
        groups=tuple(map(str, record.get("groups", former.groups))),
    )
    active = bool(record.get("active", former.active))
    if active != former.active:
        after = replace(after, active=active, since=moment(record["at"]))
    people[ident] = after
    yield "person", ident
    for group in after.groups if after.active else ():
        if group not in groups:
            groups[group] = moment(record["at"])
            yield "group", group


def passkey_told(passkeys: dict[str, Passkey], record: Mapping[str, Any]) -> Iterator[str]:
    """A passkey is bound, was shown, or counts for nothing any more. Gives the id of each that changed."""
    if record["kind"] == "passkey_bound":
        yield passkey_bound(passkeys, record)
    elif record["kind"] == "passkey_used":
        yield from passkey_used(passkeys, record)
    elif passkeys.pop(str(record["passkey"]), None):
        yield str(record["passkey"])


def passkey_bound(passkeys: dict[str, Passkey], record: Mapping[str, Any]) -> str:
    """A credential on record is never bound again, whoever asks."""
    ident = str(record["passkey"])
    if ident not in passkeys:
        passkeys[ident] = Passkey(
            ident, str(record["person"]), str(record["public"]), int(record["counter"]), moment(record["at"])
        )
    return ident


def passkey_used(passkeys: dict[str, Passkey], record: Mapping[str, Any]) -> Iterator[str]:
    """The counter of a credential goes up, and never down."""
    passkey, counter = passkeys.get(str(record["passkey"])), int(record["counter"])
    if passkey is not None and counter > passkey.counter:
        passkeys[passkey.id] = replace(passkey, counter=counter)
        yield passkey.id


def session_told(sessions: dict[str, Session], record: Mapping[str, Any]) -> str:
    """A session began, was proved again, or ended."""
    ident, at = str(record["session"]), moment(record["at"])
    if record["kind"] == "session_ended":
        sessions.pop(ident, None)
    elif record["kind"] == "session_proved" and ident in sessions:
        sessions[ident] = replace(sessions[ident], proved_at=at)
    elif record["kind"] == "session_started":
        until = moment(record["until"])
        provided = str(record.get("subject", "")), str(record.get("upstream", ""))
        sessions[ident] = Session(ident, str(record["person"]), str(record["client"]), at, until, at, *provided)
    return ident


def ended_with(sessions: dict[str, Session], person: str, at: int) -> Iterator[str]:
    """The sessions of somebody who may no longer be signed in, and those that are over by time; they are gone."""
    gone = [each.id for each in sessions.values() if each.person == person or each.until <= at]
    for ident in gone:
        del sessions[ident]
    yield from gone
