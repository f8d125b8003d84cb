"""What enforcement points did and saw. What raises an alarm is a finding; OCSF has no class for the rest."""

from typing import Any

from nameplate.domain.findings import Severity
from nameplate.domain.outcomes import Happening

from .classes import BASE_EVENT, FINDING, known, other
from .event import FAILURE, HOST, SUCCESS, Draft
from .identities import door, record_device, record_user
from .values import Record, free, mapping, present, text

ALARMS: dict[str, tuple[Severity, str]] = {
    Happening.DOOR_FORCED: (Severity.HIGH, "Door forced open"),
    Happening.DOOR_HELD: (Severity.MEDIUM, "Door held open"),
    Happening.FIRE: (Severity.CRITICAL, "Fire alarm releases a door"),
    Happening.TAMPER: (Severity.HIGH, "Reader tampered with"),
    Happening.SECURE_CHANNEL_LOST: (Severity.HIGH, "Secure channel to a reader lost"),
    Happening.REPORTS_LOST: (Severity.MEDIUM, "Reports of an enforcement point lost"),
}
FAILURES: dict[str, Severity] = {
    Happening.STRIKE_FAILED: Severity.MEDIUM,
    Happening.READER_OFFLINE: Severity.MEDIUM,
    Happening.INSTALL_EXPIRED: Severity.LOW,
    Happening.CONVOY: Severity.MEDIUM,
    Happening.NO_PASSAGE: Severity.LOW,
    Happening.CARD_WITHDRAWN: Severity.LOW,
    Happening.PANEL_REFUSED: Severity.MEDIUM,
    Happening.PANEL_SILENT: Severity.LOW,
    Happening.PANEL_OFFLINE: Severity.MEDIUM,
}
NOTED: dict[str, Severity] = {
    Happening.INSTALL_STARTED: Severity.MEDIUM,
    Happening.INSTALL_DONE: Severity.LOW,
    Happening.TRANSPORT_KEY_CHANGED: Severity.LOW,
    Happening.TRANSPORT_KEY_KEPT: Severity.LOW,
}
UNMAPPED = ("point", "point_at", "door", "reader", "from_zone", "to_zone", "badge", "number_hash")


def outcome(record: Record) -> list[Draft]:
    """One event. A name that is not in the table goes out as it is."""
    happening = text(record, "happening")
    return [_alarm(record, happening) if happening in ALARMS else _plain(record, happening)]


def panel_event(record: Record) -> list[Draft]:
    """What an existing panel told of a unit, or of a door that only units pass."""
    name = f"Panel says {text(record, 'event') or 'something'}"
    rest = {**SUCCESS, "device": door(record), **_who(record)}
    rest["unmapped"] = present(**{each: text(record, each) for each in ("feed", "door", "panel_at")})
    place = text(record, "door") or "unknown"
    return [
        Draft(other(BASE_EVENT, name), Severity.INFO, f"{name}: {place}", rest, text(record, "decision_id"), (HOST,))
    ]


def _alarm(record: Record, happening: str) -> Draft:
    severity, title = ALARMS[happening]
    place = door(record)
    rest = {
        "finding_info": {"title": title, "types": [happening]},
        "status_id": 1,
        "status": "New",
        "device": place,
        "resources": [{"uid": place["uid"], "type": place["type"], "role_id": 3, "role": "Affected"}],
        **_who(record),
        "unmapped": _unmapped(record),
    }
    return Draft(known(FINDING, 1), severity, f"{title}: {place['name']}", rest, text(record, "decision_id"), (HOST,))


def _plain(record: Record, happening: str) -> Draft:
    severity = FAILURES.get(happening) or NOTED.get(happening, Severity.INFO)
    rest = {
        **(FAILURE if happening in FAILURES else SUCCESS),
        "device": record_device(record) or door(record),
        **_who(record),
        "unmapped": _unmapped(record),
    }
    name = happening.replace("_", " ").capitalize() or "Unknown"
    place = text(record, "door") or text(record, "point") or "unknown"
    subject = f" by {text(record, 'actor')}" if text(record, "actor") else ""
    return Draft(
        other(BASE_EVENT, name), severity, f"{name}: {place}{subject}", rest, text(record, "decision_id"), (HOST,)
    )


def _who(record: Record) -> dict[str, Any]:
    return {"actor": {"user": record_user(record)}} if text(record, "actor") else {}


def _unmapped(record: Record) -> dict[str, Any]:
    return present(**{name: text(record, name) for name in UNMAPPED}, detail=free(mapping(record, "detail")))
