"""What the company's identity systems say, and who signs in. People are known by their pseudonyms only."""

from typing import Any

from nameplate.domain.findings import Severity

from .classes import AUTHENTICATION, ENTITY, Activity, known, other
from .event import SUCCESS, Draft
from .identities import ordered_by
from .values import Record, present, text, texts

_TIMES = ("decided_at", "received_at")
SERVICE = {"name": "nameplate"}


def upstream(record: Record) -> list[Draft]:
    """The word of a bridge on an actor. What it did to the actor here is an event of its own."""
    actor, status = text(record, "actor") or "unknown", text(record, "status") or "unknown"
    severity = Severity.LOW if status == "active" else Severity.MEDIUM
    entity = {"uid": actor, "name": actor, "type_id": 99, "type": "Non-human actor"}
    more = present(
        key=text(record, "key"), status=status, cut_off=text(record, "cut_off"), version=record.get("version")
    )
    message = f"{text(record, 'bridge') or 'A bridge'} says: {actor} is {status}"
    return [_draft(record, other(ENTITY, "Upstream word"), severity, message, entity, more)]


def person(record: Record) -> list[Draft]:
    """Somebody came, left, or changed."""
    active = record.get("active")
    activity = known(ENTITY, {True: 10, False: 9}.get(active, 3) if type(active) is bool else 3)
    severity = Severity.MEDIUM if active is False or record.get("end_sessions") is True else Severity.LOW
    more = present(
        active=active if type(active) is bool else None,
        groups=texts(record, "groups"),
        manager=text(record, "manager"),
        end_sessions=record.get("end_sessions") is True or None,
    )
    who = text(record, "person") or "unknown"
    message = f"{text(record, 'bridge') or 'A bridge'} says something new of {who}"
    return [_draft(record, activity, severity, message, _person(who), more)]


def bridge_token(record: Record) -> list[Draft]:
    """A bridge may call from now on. The hash of its token stays at home."""
    name = text(record, "bridge") or "unknown"
    entity = {"uid": f"bridge:{name}", "name": name, "type_id": 99, "type": "Bridge"}
    return [_draft(record, known(ENTITY, 6), Severity.MEDIUM, f"Bridge {name} has a new token", entity, {})]


def passkey(record: Record) -> list[Draft]:
    """A passkey came, went, or proved somebody. Its public key stays at home."""
    kind, who = text(record, "kind"), text(record, "person") or "unknown"
    activities = {"passkey_bound": known(ENTITY, 6), "passkey_removed": known(ENTITY, 7)}
    activity = activities.get(kind, other(ENTITY, "Use passkey"))
    severity = Severity.INFO if kind == "passkey_used" else Severity.MEDIUM
    more = present(passkey=text(record, "passkey"))
    return [
        _draft(record, activity, severity, f"Passkey of {who}: {kind.removeprefix('passkey_')}", _person(who), more)
    ]


def session(record: Record) -> list[Draft]:
    """Somebody signed in, proved again who they are, or is signed in no more. The hash of the token stays at home."""
    kind, who = text(record, "kind"), text(record, "person") or "unknown"
    activities = {"session_started": known(AUTHENTICATION, 1), "session_ended": known(AUTHENTICATION, 2)}
    activity = activities.get(kind, other(AUTHENTICATION, "Prove again"))
    rest: dict[str, Any] = {"user": _user(who), "service": SERVICE, **SUCCESS}
    rest |= present(unmapped=present(client=text(record, "client"), until=text(record, "until")))
    return [Draft(activity, Severity.LOW, f"{who}: {activity.name.lower()}", rest)]


def _user(ident: str) -> dict[str, Any]:
    return {"uid": ident, "name": ident, "type_id": 1, "type": "User"}


def _person(ident: str) -> dict[str, Any]:
    return {"uid": ident, "name": ident, "type_id": 2, "type": "User", "user": _user(ident)}


def _draft(
    record: Record, activity: Activity, severity: Severity, message: str, entity: dict[str, Any], more: dict[str, Any]
) -> Draft:
    bridge = text(record, "bridge")
    by = {"by": f"bridge:{bridge}"} if bridge and not text(record, "by") else {}
    rest: dict[str, Any] = {"actor": ordered_by({**record, **by}), "entity": entity, **SUCCESS}
    rest |= present(comment=text(record, "reason"))
    rest |= present(unmapped=more | present(**{name: text(record, name) for name in _TIMES}))
    return Draft(activity, severity, message, rest)
