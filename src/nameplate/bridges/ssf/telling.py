"""Our records -> events for others (CAEP 1.0, RISC 1.0). The subject is the actor, as `iss_sub` in our own name."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from nameplate.domain.timestamps import parse_rfc3339

from .events import Kind

TOLD = (
    Kind.ACCOUNT_DISABLED,
    Kind.ACCOUNT_ENABLED,
    Kind.ACCOUNT_PURGED,
    Kind.SESSION_REVOKED,
    Kind.CREDENTIAL_CHANGE,
    Kind.COMPLIANCE_CHANGE,
    Kind.RISK_CHANGE,
)
"""What a stream can ask for. Verification is told in any case."""
_RISKS = {"critical": "HIGH", "high": "HIGH", "medium": "MEDIUM"}
_BY = {"uid": "admin", "person": "admin", "system": "policy", "bridge": "system"}

Record = Mapping[str, Any]


class Telling(NamedTuple):
    """One event. `by`: whose doing it was: a bridge is not told what it has ordered itself."""

    kind: Kind
    actor: str
    event: dict[str, Any]
    by: str = ""


def tellings(record: Record) -> list[Telling]:
    """The events of one record, in their order; none for most."""
    kind, at = record.get("kind"), parse_rfc3339(str(record.get("at")))
    if at is None:
        return []
    if kind == "state":
        return [each for entry in record["actors"] for each in _moved(record, entry, at // 1_000_000)]
    if kind == "key_bound":
        event = {"credential_type": "app", "change_type": "update", "initiating_entity": "user"}
        return [_telling(Kind.CREDENTIAL_CHANGE, str(record["actor"]), at // 1_000_000, event, "key_bound")]
    if kind == "finding" and record.get("actor") and record.get("severity") in _RISKS:
        principal = "DEVICE" if record.get("unit") else "USER"
        event = {"principal": principal, "current_level": _RISKS[record["severity"]], "initiating_entity": "policy"}
        return [_telling(Kind.RISK_CHANGE, str(record["actor"]), at // 1_000_000, event, str(record["finding"]))]
    return []


def _moved(record: Record, entry: Record, at: int) -> Iterator[Telling]:
    """A stop ends what was begun; an order that lifts it says so in the same words in which it was told."""
    order, actor, by = str(record["order"]), str(entry["id"]), str(record.get("by", ""))
    who = {"initiating_entity": _BY.get(by.partition(":")[0], "policy")}
    if order == "activate":
        if entry.get("from") == "quarantined":
            yield _telling(
                Kind.COMPLIANCE_CHANGE, actor, at, _compliance("not-compliant", "compliant") | who, order, by
            )
        yield _telling(Kind.ACCOUNT_ENABLED, actor, at, {}, order, by)
        return
    yield _telling(Kind.ACCOUNT_PURGED if order == "retire" else Kind.ACCOUNT_DISABLED, actor, at, {}, order, by)
    yield _telling(Kind.SESSION_REVOKED, actor, at, dict(who), order, by)
    if order == "quarantine":
        yield _telling(Kind.COMPLIANCE_CHANGE, actor, at, _compliance("compliant", "not-compliant") | who, order, by)


def _compliance(previous: str, current: str) -> dict[str, Any]:
    return {"previous_status": previous, "current_status": current}


def _telling(kind: Kind, actor: str, at: int, event: dict[str, Any], why: str, by: str = "") -> Telling:
    """Why: our own word only. What a person has typed as a reason stays at home."""
    timed = {"event_timestamp": at, "reason_admin": {"en": f"Nameplate: {why}"}} if "/caep/" in kind else {}
    return Telling(kind, actor, {**event, **timed}, by)
