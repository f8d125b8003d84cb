"""What bars zones and sites."""

from typing import Any

from nameplate.domain.findings import Severity

from .classes import ENTITY, Activity, known, other
from .event import SUCCESS, Draft
from .identities import ordered_by
from .values import Record, present, text, texts

LEVELS = {
    "normal": Severity.INFO,
    "elevated": Severity.LOW,
    "high": Severity.MEDIUM,
    "severe": Severity.HIGH,
}


def zone_state(record: Record) -> list[Draft]:
    """One event a zone, also where one order reaches many."""
    locked = text(record, "to") == "locked"
    activity = known(ENTITY, 9 if locked else 10)
    severity = Severity.HIGH if locked else Severity.MEDIUM
    done = "locked down" if locked else "released"
    zones = [zone or "unknown" for zone in texts(record, "zones")]
    return [_draft(record, activity, severity, ("zone", zone), f"Zone {zone}: {done}") for zone in zones]


def threat(record: Record) -> list[Draft]:
    """The threat level of a site has changed."""
    site, level = text(record, "site") or "unknown", text(record, "to")
    severity = LEVELS.get(level, Severity.MEDIUM)
    message = f"Site {site}: threat level {level or 'unknown'}"
    return [_draft(record, other(ENTITY, "Set threat level"), severity, ("site", site), message)]


def placed(record: Record) -> list[Draft]:
    """A person has said where an actor is."""
    actor, zone = text(record, "actor") or "unknown", text(record, "zone")
    message = f"{actor} was placed: {zone or 'unknown'}"
    return [_draft(record, other(ENTITY, "Place"), Severity.LOW, ("actor", actor), message)]


def floor_plan(record: Record) -> list[Draft]:
    """A site got the plan of its building."""
    site = text(record, "site") or "unknown"
    message = f"Site {site} got a plan: {text(record, 'sha256')[:16] or 'unknown'}"
    return [_draft(record, other(ENTITY, "Give plan"), Severity.INFO, ("site", site), message)]


def _draft(record: Record, activity: Activity, severity: Severity, place: tuple[str, str], message: str) -> Draft:
    kind, ident = place
    entity = {"uid": f"{kind}:{ident}", "name": ident, "type_id": 99, "type": kind.capitalize()}
    rest: dict[str, Any] = {"actor": ordered_by(record), "entity": entity, **SUCCESS}
    rest |= present(comment=text(record, "reason"))
    rest["unmapped"] = present(**{name: text(record, name) for name in ("from", "to", "zone", "sha256")})
    return Draft(activity, severity, message, rest)
