"""OCSF event -> one ECS document. What ECS has no field for lies under `nameplate`, as ECS wants of custom fields."""

from typing import Any

import msgspec

from nameplate.exports.members import Members, pick

VERSION = "8.17.0"
CLIPS = (1024, 256, 64, 16)
"""Characters of a text. ECS keywords are not searched beyond 1024."""
ACCESS, API, ENTITY, FINDING, LIFECYCLE, REVOKED = 3003, 6003, 3004, 2004, 6002, 3005
KINDS: dict[int, tuple[list[str], list[str]]] = {
    ACCESS: (["iam", "session"], ["access"]),
    API: (["api"], ["access"]),
    ENTITY: (["iam"], ["change"]),
    REVOKED: (["iam"], ["change"]),
    LIFECYCLE: (["process"], ["info"]),
    FINDING: (["intrusion_detection"], ["indicator"]),
}
"""OCSF class -> `event.category` and `event.type`. Values are those that ECS allows."""
VERDICTS = {"permit": "allowed", "deny": "denied"}
OUTCOMES = ("Success", "Failure")
FIELDS = {
    "@timestamp": ("metadata.original_time",),
    "message": ("message",),
    "event.id": ("metadata.uid",),
    "event.code": ("metadata.event_code",),
    "event.action": ("activity_name",),
    "event.provider": ("metadata.log_provider",),
    "event.reason": ("status_detail", "comment"),
    "event.original": ("raw_data",),
    "user.id": ("actor.user.uid", "user.uid"),
    "user.name": ("actor.user.name", "user.name"),
    "source.ip": ("src_endpoint.ip",),
    "device.id": ("device.uid",),
    "device.manufacturer": ("device.vendor_name",),
    "device.model.identifier": ("device.model",),
    "rule.name": ("finding_info.title",),
    "trace.id": ("unmapped.trace_id",),
    "nameplate.unit": ("actor.user.uid_alt", "user.uid_alt"),
    "nameplate.resource": ("entity.uid", "dst_endpoint.uid", "resources.uid"),
    "nameplate.operation": ("privileges", "api.operation"),
    "nameplate.point": ("dst_endpoint.svc_name", "api.service.name", "unmapped.point"),
    "nameplate.reason": ("status_code",),
    "nameplate.finding": ("finding_info.types",),
    "nameplate.contract_revision": ("authorizations.policy.version",),
    "nameplate.correlation": ("metadata.correlation_uid",),
}
"""ECS field <- the first OCSF member that is there."""


def render(event: Members, limit: int) -> bytes:
    """One document of at most `limit` bytes: first without free data, then with ever shorter texts."""
    free = event.get("unmapped")
    for clip in CLIPS:
        for data in (free, None) if clip == CLIPS[0] else (None,):
            body = msgspec.json.encode(_document(event, clip, data))
            if len(body) <= limit:
                return body
    return msgspec.json.encode(_document({**event, "raw_data": ""}, CLIPS[-1], None))


def _document(event: Members, clip: int, free: object) -> dict[str, Any]:
    document: dict[str, Any] = {"ecs": {"version": VERSION}, "event": _event(event)}
    for field, paths in FIELDS.items():
        if text := pick(event, *paths):
            # An id that is cut is another's, and a note that is cut proves nothing.
            _put(document, field, text if field in ("event.id", "event.original") else text[:clip])
    related = {"user": [document["user"]["id"]] if "id" in document.get("user", {}) else []}
    related["ip"] = [document["source"]["ip"]] if "source" in document else []
    document["related"] = {name: values for name, values in related.items() if values}
    if free:
        document.setdefault("nameplate", {})["data"] = free
    return document


def _event(event: Members) -> dict[str, Any]:
    """What ECS calls the categorization fields."""
    category, kind = KINDS.get(event.get("class_uid", 0), (["iam"], ["info"]))
    verdict = VERDICTS.get(pick(event, "authorizations.decision"))
    outcome = pick(event, "status")
    return {
        "kind": "alert" if event.get("is_alert") is True else "event",
        "category": category,
        "type": [*kind, verdict] if verdict else kind,
        "outcome": outcome.lower() if outcome in OUTCOMES else "unknown",
        "severity": event.get("severity_id", 0),
        "sequence": event.get("metadata", {}).get("sequence", 0),
        "module": "nameplate",
        "dataset": "nameplate.journal",
    }


def _put(document: dict[str, Any], field: str, text: str) -> None:
    *path, name = field.split(".")
    for part in path:
        document = document.setdefault(part, {})
    document[name] = text
