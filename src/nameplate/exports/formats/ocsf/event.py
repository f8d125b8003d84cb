"""What every event carries, whatever its class."""

from typing import Any, NamedTuple

from nameplate.domain.findings import Severity

from .classes import SEVERITIES, Activity

SUCCESS = {"status_id": 1, "status": "Success"}
FAILURE = {"status_id": 2, "status": "Failure"}
HOST = "host"
SECURITY_CONTROL = "security_control"


class Draft(NamedTuple):
    """An event before it knows its record. `rest` holds the attributes of its class.

    `correlation`: the decision or the stop that it belongs to. `profiles`: OCSF profiles whose attributes it uses.
    """

    activity: Activity
    severity: Severity
    message: str
    rest: dict[str, Any]
    correlation: str = ""
    profiles: tuple[str, ...] = ()


def attributes(draft: Draft) -> dict[str, Any]:
    """The event without its metadata and time."""
    activity, event_class = draft.activity, draft.activity.event_class
    severity_id, severity = SEVERITIES[draft.severity]
    return {
        "class_uid": event_class.uid,
        "class_name": event_class.name,
        "category_uid": event_class.category_uid,
        "category_name": event_class.category,
        "activity_id": activity.uid,
        "activity_name": activity.name,
        "type_uid": activity.type_uid,
        "type_name": f"{event_class.name}: {activity.name}",
        "severity_id": severity_id,
        "severity": severity,
        "message": draft.message,
        **draft.rest,
    }
