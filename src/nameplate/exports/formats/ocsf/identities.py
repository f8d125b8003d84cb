"""Who and what, as OCSF objects. The identity in an event is the physical unit."""

from typing import Any

from .values import Record, present, text

UNKNOWN: dict[str, Any] = {"name": "unknown", "type_id": 0, "type": "Unknown"}
TYPES = {"robot": "Robot", "bot": "Bot", "agent": "AI Agent", "workload": "Workload"}
PHYSICAL = ("door", "zone", "lift")


def kind_of(record: Record) -> str:
    """What a record lets us say about its actor: something with a unit that asks for a door is a robot."""
    if not text(record, "unit"):
        return "Non-human actor"
    asked = text(record, "resource").partition(":")[0] or ("door" if text(record, "door") else "")
    return "Robot" if asked in PHYSICAL else "Machine"


def user(actor: str, kind: str, unit: str = "", credential: str = "") -> dict[str, Any]:
    """OCSF `user`: the principal. Without an actor, one that nobody could identify. `unit` is its `uid_alt`."""
    if not actor:
        return {**UNKNOWN, **present(credential_uid=credential)}
    return {
        "uid": actor,
        "name": actor,
        "type_id": 99,
        "type": kind,
        **present(uid_alt=unit, credential_uid=credential),
    }


def device(actor: str, kind: str, unit: str) -> dict[str, Any]:
    """OCSF `device`: the physical unit `Manufacturer/Model/Serial`. Empty without one.

    A unit with more slashes than two is given whole only: nobody can say where its model starts.
    """
    if not unit:
        return {}
    parts = unit.split("/")
    manufacturer, model, serial = parts if len(parts) == 3 else ("", "", "")
    return {
        "uid": unit,
        "type_id": 99,
        "type": kind,
        **present(name=actor, vendor_name=manufacturer, model=model),
        **present(hw_info=present(serial_number=serial, vendor_name=manufacturer)),
    }


def record_user(record: Record) -> dict[str, Any]:
    """The actor of a record as OCSF `user`."""
    return user(text(record, "actor"), kind_of(record), text(record, "unit"), text(record, "key"))


def record_device(record: Record) -> dict[str, Any]:
    """The unit of a record as OCSF `device`."""
    return device(text(record, "actor"), kind_of(record), text(record, "unit"))


def ordered_by(record: Record) -> dict[str, Any]:
    """Who gave an order, as OCSF `actor`: `uid:0`, `person:ID`, `bridge:NAME`, `point:NAME`, `unit:ACTOR`, `system`."""
    by = text(record, "by")
    role, _, ident = by.partition(":")
    if role == "uid" and ident:
        who = {
            "uid": ident,
            "name": by,
            "type_id": 2 if ident == "0" else 1,
            "type": "Admin" if ident == "0" else "User",
        }
    elif role == "point" and ident:
        who = {"uid": ident, "name": by, "type_id": 99, "type": "Enforcement point"}
    elif role == "bridge" and ident:
        who = {"uid": ident, "name": by, "type_id": 99, "type": "Bridge"}
    elif role == "person" and ident:
        who = {"uid": ident, "name": ident, "type_id": 1, "type": "User"}
    elif role == "unit" and ident:
        who = user(ident, "Machine")
    elif by == "system":
        who = {"name": "system", "type_id": 3, "type": "System"}
    else:
        who = {**UNKNOWN, **present(name=by)}
    return {"user": who}


def door(record: Record) -> dict[str, Any]:
    """The door of an outcome as OCSF `device`, for what nobody walked through: it is where it happened."""
    name = text(record, "door")
    ident = f"door:{name}" if name else f"point:{text(record, 'point') or 'unknown'}"
    kind = "Door" if name else "Enforcement point"
    return {"uid": ident, "name": name or text(record, "point") or "unknown", "type_id": 99, "type": kind}
