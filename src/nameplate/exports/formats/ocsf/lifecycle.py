"""What becomes of actors and of all else that is declared."""

from typing import Any

from nameplate.domain.findings import Severity

from .classes import ENTITY, Activity, known, other
from .event import SUCCESS, Draft
from .identities import TYPES, device, kind_of, ordered_by, user
from .values import Record, amount, free, mapping, number, objects, present, text

ORDERS = {"activate": 10, "suspend": 12, "repair": 11, "transfer": 11, "quarantine": 9, "retire": 7}
SEVERITIES = {
    "activate": Severity.INFO,
    "suspend": Severity.MEDIUM,
    "quarantine": Severity.HIGH,
}
ENTITY_TYPES = {"Team": (3, "Group"), "Contract": (5, "Policy")}


def state(record: Record) -> list[Draft]:
    """One event an actor, also where one order reaches many."""
    return [_ordered(record, actor) for actor in objects(record, "actors")]


def declared(record: Record) -> list[Draft]:
    """One event a change."""
    return [_changed(record, change) for change in objects(record, "changes")]


def enrolment_offered(record: Record) -> list[Draft]:
    """Not yet an enrolment. The hash of the code stays at home."""
    actor = text(record, "actor")
    rest = {"entity": _actor_entity(actor, "Non-human actor", ""), "status_id": 99, "status": "Offered"}
    rest["unmapped"] = present(expires_at=text(record, "expires_at"))
    message = f"Enrolment was offered to {actor or 'an unnamed actor'}"
    return [_draft(record, known(ENTITY, 6), Severity.LOW, message, rest)]


def succession_approved(record: Record) -> list[Draft]:
    """A unit may act under a new name from now on."""
    actor, former = text(record, "actor"), text(record, "succeeds")
    entity = _actor_entity(actor, "Non-human actor", text(record, "unit"))
    rest = {"entity": entity | present(data=present(succeeds=former)), **SUCCESS}
    rest |= present(comment=text(record, "reason"))
    message = f"{actor or 'An unnamed actor'} may take over the unit of {former or 'an unnamed actor'}"
    return [_draft(record, other(ENTITY, "Approve succession"), Severity.MEDIUM, message, rest)]


def key_bound(record: Record) -> list[Draft]:
    """A unit is enrolled once its key is bound."""
    actor, handle = text(record, "actor"), text(record, "handle")
    entity = _actor_entity(actor, kind_of(record), text(record, "unit"), handle)
    rest = {"entity": entity | present(data=present(public_key=text(record, "public"))), **SUCCESS}
    message = f"Key {handle or 'unknown'} was bound to {actor or 'an unnamed actor'}; any earlier key is revoked"
    return [_draft(record, known(ENTITY, 6), Severity.LOW, message, rest)]


def caller(record: Record) -> list[Draft]:
    """A point may ask from now on. The hash of its token stays at home."""
    name = text(record, "name") or "unknown"
    simulate = True if record.get("simulate") is True else None
    data = present(simulate=simulate, public_key=text(record, "public_key"))
    rest = {"entity": _point(name) | present(data=data), **SUCCESS}
    return [_draft(record, known(ENTITY, 6), Severity.MEDIUM, f"Enforcement point {name} has new credentials", rest)]


def receipt(record: Record) -> list[Draft]:
    """A point's signed word that it has applied a stop. The signature goes along: a copy proves as much."""
    point, stop = text(record, "point") or "unknown", text(record, "stop")
    members = ("received_at", "applied_at", "key", "signature")
    ms = amount(record, "ms")
    rest = {"entity": _point(point), **SUCCESS, **present(duration=None if ms is None else round(ms))}
    rest["unmapped"] = present(stop=stop, ms=ms, **{name: text(record, name) for name in members})
    message = f"Enforcement point {point} applied stop {stop or 'unknown'}"
    return [Draft(other(ENTITY, "Acknowledge stop"), Severity.INFO, message, rest, stop)]


def _ordered(record: Record, actor: Record) -> Draft:
    order, ident, to = text(record, "order"), text(actor, "id"), text(record, "to")
    stop, reason = text(record, "stop"), text(record, "reason")
    entity = _actor_entity(ident, kind_of(actor), text(actor, "unit"))
    result = present(state=to, stop=stop, cut_off=text(record, "cut_off"))
    rest = {"entity": entity | present(data=present(state=text(actor, "from"))), **SUCCESS}
    rest |= {"entity_result": entity | present(data=result), **present(comment=reason)}
    activity = known(ENTITY, ORDERS[order]) if order in ORDERS else other(ENTITY, order or "unknown")
    message = f"{ident or 'An unnamed actor'}: {order or 'unknown order'}, now {to or 'unknown'}"
    return _draft(record, activity, SEVERITIES.get(order, Severity.LOW), message, rest, stop)


def _changed(record: Record, change: Record) -> Draft:
    """The journal says what holds now, not whether it held before: only a first revision is known to be new."""
    op, doc, revision = text(change, "op"), mapping(change, "doc"), number(change, "revision")
    kind = text(doc, "kind") or text(change, "kind") or "unknown"
    ident = text(doc, "id") or text(change, "id") or "unknown"
    activity = _change_activity(op, revision)
    rest = {"entity": _declared_entity(kind, ident, doc, revision), **SUCCESS}
    return _draft(record, activity, Severity.LOW, f"{kind} {ident}: {op or 'changed'}", rest)


def _change_activity(op: str, revision: int | None) -> Activity:
    if op == "delete":
        return known(ENTITY, 4)
    if op == "put" and revision is not None:
        return known(ENTITY, 1 if revision == 1 else 3)
    return other(ENTITY, "Declare" if op == "put" else op or "unknown")


def _declared_entity(kind: str, ident: str, doc: Record, revision: int | None) -> dict[str, Any]:
    version = "" if revision is None else str(revision)
    data = present(data=free(doc), version=version)
    if kind == "Actor":
        unit = "/".join(text(mapping(doc, "unit"), part) for part in ("manufacturer", "model", "serial")).strip("/")
        return _actor_entity(ident, TYPES.get(text(doc, "type"), "Non-human actor"), unit) | data
    type_id, type_name = ENTITY_TYPES.get(kind, (99, kind))
    entity = {"uid": ident, "name": text(doc, "name") or ident, "type_id": type_id, "type": type_name, **data}
    if type_id == 3:
        entity["group"] = present(uid=ident, name=text(doc, "name"))
    if type_id == 5:
        entity["policy"] = present(uid=ident, version=version)
    return entity


def _actor_entity(actor: str, kind: str, unit: str, credential: str = "") -> dict[str, Any]:
    """OCSF `managed_entity`: a device where there is a physical unit, else a user."""
    type_id, type_name = (1, "Device") if unit else (2, "User")
    who = {"uid": actor or "unknown", "name": actor or "unknown", "type_id": type_id, "type": type_name}
    return who | present(user=user(actor, kind, unit, credential), device=device(actor, kind, unit))


def _point(name: str) -> dict[str, Any]:
    return {"uid": f"point:{name}", "name": name, "type_id": 99, "type": "Enforcement point"}


def _draft(
    record: Record, activity: Activity, severity: Severity, message: str, rest: dict[str, Any], correlation: str = ""
) -> Draft:
    return Draft(activity, severity, message, {"actor": ordered_by(record), **rest}, correlation)
