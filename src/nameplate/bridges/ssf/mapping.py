"""Event -> notices: what each means for actors and for people. The table stands in docs/howto/shared-signals.md."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from nameplate.domain.actors import Actor
from nameplate.domain.bridges import Bridge
from nameplate.domain.findings import Finding, Severity
from nameplate.domain.notices import ActorNotice, PersonNotice, Status
from nameplate.domain.timestamps import parse_rfc3339
from nameplate.domain.upstreams import UpstreamBook, upstream_id

from .events import NEW_VALUE, Kind, Signal
from .sets import Refusal
from .subjects import Subject, is_address

SECOND = 1_000_000
_CUTS = frozenset({Kind.SESSION_REVOKED, Kind.SESSIONS_REVOKED, Kind.CHANGE_REQUIRED, Kind.CLAIMS_CHANGE})
_ENDS = _CUTS | {Kind.CREDENTIAL_CHANGE, Kind.ASSURANCE_CHANGE, Kind.RISK_CHANGE, Kind.COMPLIANCE_CHANGE}


class Known(Protocol):
    """The part of the registry that says who is who."""

    actors: dict[str, Actor]
    bridges: dict[str, Bridge]
    upstreams: UpstreamBook


@dataclass(slots=True)
class Meaning:
    """What an event comes to. `strangers`: subjects that are nobody here."""

    actors: list[ActorNotice] = field(default_factory=list)
    people: list[PersonNotice] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    strangers: int = 0


def meaning(signal: Signal, subjects: Sequence[Subject], bridge: Bridge, known: Known) -> Meaning:
    """What the event means for everybody whom it is about. Raises Refusal for one that cannot be meant."""
    found = Meaning()
    for subject in subjects:
        actor = actor_of(subject, bridge, known)
        person = None if actor else _person(subject, bridge)
        if actor:
            found.actors += actor_notices(signal, actor, _key(subject), bridge.id)
        elif person:
            found.people += person_notices(signal, person)
        else:
            found.strangers += 1
        found.findings += _findings(signal, actor, bridge.id)
    return found


def actor_of(subject: Subject, bridge: Bridge, known: Known) -> str:
    """The actor that is meant, empty where it is none: one that the bridge `subjects` brought, else one of that id.

    A device that nobody knows yet counts as the actor of that id: its disable is remembered until it is declared.
    """
    if subject.is_address or (subject.issuer and subject.issuer not in _issuers(bridge)):
        return ""
    brought = known.upstreams.by_id.get(upstream_id(bridge.option("subjects"), subject.value))
    if brought is not None:
        return brought.actor
    return subject.value if subject.value in known.actors or subject.part == "device" else ""


def actor_notices(signal: Signal, actor: str, key: str, bridge: str) -> Iterator[ActorNotice]:
    """For an actor. Each kind of hold has a key of its own: being compliant again does not enable an account."""
    at, fields, kind = signal.at * SECOND, signal.fields, signal.kind
    said = ActorNotice(bridge, key, actor, reason=signal.reason, decided_at=at)
    if kind in _CUTS or (kind is Kind.CREDENTIAL_CHANGE and fields["change_type"] != "create"):
        yield replace(said, cut_off=at)
    elif kind in {Kind.ACCOUNT_DISABLED, Kind.IDENTIFIER_RECYCLED}:
        yield replace(said, status=Status.DISABLED)
    elif kind is Kind.ACCOUNT_ENABLED:
        yield replace(said, status=Status.ACTIVE)
    elif kind is Kind.ACCOUNT_PURGED:
        yield replace(said, status=Status.RETIRED)
    elif kind is Kind.COMPROMISE:
        yield replace(said, compromised=True, cut_off=at)
    elif kind is Kind.COMPLIANCE_CHANGE:
        yield replace(said, key=f"{key}#compliance", status=_held(fields["current_status"] != "compliant"))
    elif kind is Kind.RISK_CHANGE:
        yield replace(said, key=f"{key}#risk", status=_held(fields["current_level"] == "HIGH"))
    elif kind is Kind.GOVERNED_AGENT:
        yield _governed(signal, replace(said, key=f"{key}#agent"))


def _governed(signal: Signal, said: ActorNotice) -> ActorNotice:
    cut_off = parse_rfc3339(signal.fields.get("authorizationNotBefore", ""))
    # A cut-off ahead of us would refuse what is yet to be issued.
    within = min(cut_off, signal.at * SECOND) if cut_off else None
    version, status = int(signal.fields["version"][:18]), Status(signal.fields["status"])
    return replace(said, status=status, version=version, cut_off=within)


def _held(held: bool) -> Status:  # noqa: FBT001 - a table of two rows
    return Status.DISABLED if held else Status.ACTIVE


def person_notices(signal: Signal, person: PersonNotice) -> Iterator[PersonNotice]:
    """For a person: their account is theirs upstream to disable; everything else ends their sessions."""
    kind, fields = signal.kind, signal.fields
    said = replace(person, reason=signal.reason, decided_at=signal.at * SECOND)
    if kind in {Kind.ACCOUNT_DISABLED, Kind.ACCOUNT_PURGED, Kind.IDENTIFIER_RECYCLED, Kind.COMPROMISE}:
        yield replace(said, status=Status.DISABLED, end_sessions=True)
    elif kind is Kind.ACCOUNT_ENABLED:
        yield replace(said, status=Status.ACTIVE)
    elif kind is Kind.IDENTIFIER_CHANGED and person.addresses and fields.get(NEW_VALUE):
        if not is_address(fields[NEW_VALUE]):
            raise Refusal("invalid_request", f"`{NEW_VALUE}` of {kind.short} is no mail address.")
        yield replace(said, renamed=fields[NEW_VALUE])
    elif kind in _ENDS and not _harmless(kind, fields):
        yield replace(said, end_sessions=True)


def _harmless(kind: Kind, fields: Mapping[str, str]) -> bool:
    """What makes a session no worse. An assurance level that does not say in which direction it went has gone down."""
    return (
        (kind is Kind.CREDENTIAL_CHANGE and fields["change_type"] == "create")
        or (kind is Kind.ASSURANCE_CHANGE and fields.get("change_direction") == "increase")
        or (kind is Kind.RISK_CHANGE and fields["current_level"] != "HIGH")
        or (kind is Kind.COMPLIANCE_CHANGE and fields["current_status"] == "compliant")
    )


def _person(subject: Subject, bridge: Bridge) -> PersonNotice | None:
    """As one of the bridge `subjects`, if any. None: nobody could be meant."""
    brought_by = bridge.option("subjects") or bridge.id
    if subject.is_address:
        return PersonNotice(brought_by, "", addresses=(subject.value,))
    if subject.part not in {"", "user"} or (subject.issuer and subject.issuer not in _issuers(bridge)):
        return None
    return PersonNotice(brought_by, subject.value) if bridge.option("subjects") else None


def _issuers(bridge: Bridge) -> frozenset[str]:
    """In whose names `iss_sub` subjects mean somebody here: another issuer's `amr-17` is another."""
    return frozenset({bridge.option("issuer"), bridge.option("subject_issuer")}) - {""}


def _key(subject: Subject) -> str:
    return f"{subject.issuer}#{subject.value}" if subject.issuer else subject.value


def _findings(signal: Signal, actor: str, bridge: str) -> Iterator[Finding]:
    """Who is called otherwise now has to be looked at. The name itself stays out of the record."""
    who = actor or "A person"
    if signal.kind is Kind.IDENTIFIER_CHANGED:
        text = f"{bridge} says: {who} has another identifier there. Correct it where it is declared, as in `sponsor`."
        yield Finding("identifier_changed", Severity.MEDIUM, text, actor=actor)
    elif signal.kind is Kind.IDENTIFIER_RECYCLED:
        text = f"{bridge} says: the identifier of {who} is somebody else's now. What it had is held: declare anew."
        yield Finding("identifier_recycled", Severity.HIGH, text, actor=actor)
