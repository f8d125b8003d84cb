"""Alarms: one finding each, from its raising to its end."""

from typing import Any

from nameplate.domain.alarms import Stage
from nameplate.domain.findings import Severity

from .classes import FINDING, known
from .event import HOST, Draft
from .identities import door, record_device, record_user
from .values import Record, present, text

_STAGES: dict[str, tuple[int, int, str]] = {
    Stage.RAISED: (1, 1, "New"),
    Stage.ACKNOWLEDGED: (2, 2, "In Progress"),
    Stage.CLEARED: (3, 4, "Resolved"),
}


def alarm(record: Record) -> list[Draft]:
    """`finding_info.uid` is the id of the alarm: the same in all its events."""
    activity, status_id, status = _STAGES.get(text(record, "state"), _STAGES[Stage.RAISED])
    given, place = text(record, "severity"), door(record)
    severity = Severity(given) if given in set(Severity) else Severity.HIGH
    name, title, state = (text(record, key) or "unknown" for key in ("name", "title", "state"))
    info = {"title": title, "types": [name], **present(uid=text(record, "alarm"), desc=text(record, "text"))}
    rest: dict[str, Any] = {
        "finding_info": info,
        "status_id": status_id,
        "status": status,
        "is_alert": True,
        "device": record_device(record) or place,
        "resources": [{"uid": place["uid"], "type": place["type"], "role_id": 3, "role": "Affected"}],
        **present(comment=text(record, "reason")),
    }
    if text(record, "actor"):
        rest["actor"] = {"user": record_user(record)}
    rest["unmapped"] = present(**{key: text(record, key) for key in ("site", "point", "door", "by")})
    message = f"Alarm {state}: {text(record, 'text') or title}"
    return [Draft(known(FINDING, activity), severity, message, rest, text(record, "alarm"), (HOST,))]
