"""Who answers for an actor, and whether somebody has looked at it."""

from typing import Any

from nameplate.domain.findings import Severity
from nameplate.domain.sponsorships import TEAM

from .classes import ENTITY, other
from .event import SUCCESS, Draft
from .identities import ordered_by
from .values import Record, present, text

HANDOVERS = {
    "offered": (Severity.MEDIUM, "its {who} has left, a successor is asked"),
    "accepted": (Severity.LOW, "a successor answers for it"),
    "lapsed": (Severity.HIGH, "nobody answers for it"),
    "ended": (Severity.INFO, "its own owner and sponsor answer for it again"),
}


def sponsorship(record: Record) -> list[Draft]:
    """A succession goes a step further. People are named by pseudonym."""
    actor, state = text(record, "actor") or "unknown", text(record, "state")
    severity, words = HANDOVERS.get(state, (Severity.LOW, state or "unknown"))
    who = "owner" if (text(record, "former") or "").startswith(TEAM) else "sponsor"
    words = words.replace("{who}", who)
    details = present(**{name: text(record, name) for name in ("state", "former", "successor", "until")})
    return [_draft(record, "Hand over", severity, f"{actor}: {words}", details)]


def reviewed(record: Record) -> list[Draft]:
    """Somebody has looked at an actor."""
    actor = text(record, "actor") or "unknown"
    return [_draft(record, "Review", Severity.INFO, f"{actor} was reviewed", {})]


def _draft(record: Record, activity: str, severity: Severity, message: str, details: dict[str, Any]) -> Draft:
    actor = text(record, "actor") or "unknown"
    entity = {"uid": actor, "name": actor, "type_id": 99, "type": "Non-human actor"}
    rest: dict[str, Any] = {"actor": ordered_by(record), "entity": entity, **SUCCESS, "unmapped": details}
    return Draft(other(ENTITY, activity), severity, message, rest | present(comment=text(record, "reason")))
