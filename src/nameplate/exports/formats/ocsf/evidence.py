"""OCSF event -> what it tells of the record that it was made from: the way back, for a restore.

Never trusted for more than taking away: see `flows/evidence.py`.
"""

from collections.abc import Mapping
from typing import Any

from .values import mapping, number, text

_POINT = "point:"


def record_of(event: Mapping[str, Any]) -> tuple[str, dict[str, Any]] | None:
    """The node and the record, with those members that matter; None where the event is not one of ours.

    Of a record that made several events each gives one with its own actor or change.
    """
    metadata = mapping(event, "metadata")
    kind, seq, at = text(metadata, "event_code"), number(metadata, "sequence"), text(metadata, "original_time")
    if not kind or seq is None or not at or text(mapping(metadata, "product"), "vendor_name") != "Nameplate":
        return None
    record = {"seq": seq, "at": at, "kind": kind, **_members(kind, event)}
    return text(metadata, "log_provider"), record


def _members(kind: str, event: Mapping[str, Any]) -> dict[str, Any]:
    entity, result = mapping(event, "entity"), mapping(mapping(event, "entity_result"), "data")
    ident = text(entity, "uid")
    if kind == "state":
        stop = {"stop": text(result, "stop"), "cut_off": text(result, "cut_off")}
        return {"to": text(result, "state"), "actors": [{"id": ident}], "reason": text(event, "comment"), **stop}
    if kind == "key_bound":
        return {"actor": ident}
    if kind == "caller":
        return {"name": ident.removeprefix(_POINT)}
    if kind == "declared" and isinstance(entity.get("data"), Mapping):
        return {"changes": [{"op": "put", "doc": entity["data"]}]}
    return {}
