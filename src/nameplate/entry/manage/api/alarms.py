"""Alarms."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query

from nameplate.domain.alarms import Alarm, remedy
from nameplate.domain.errors import NotFound
from nameplate.domain.registry import Registry
from nameplate.domain.timestamps import rfc3339
from nameplate.entry.operations import Answer, Page, answering

from .caller import LocalCaller


class AlarmRow(msgspec.Struct):
    """An alarm. `state`: raised, cleared, acknowledged or closed; the times are null until then."""

    id: str
    name: str
    severity: str
    state: str
    title: str
    text: str
    remedy: str
    site: str
    door: str
    point: str
    actor: str
    raised_at: str
    last_at: str
    count: int
    cleared_at: str | None
    acknowledged_at: str | None
    by: str
    reason: str


def routes(registry: Registry) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get("/v1/alarms")
    @answering(Answer(Page[AlarmRow]))
    async def list_alarms(
        caller: LocalCaller, closed: Annotated[bool, Query(alias="all")] = False, site: str = ""
    ) -> dict[str, Any]:
        """Newest first; closed ones only with `all`. There are few: one page holds them."""
        found = (each for each in registry.alarms.by_id.values() if closed or not each.closed)
        chosen = (each for each in found if site in ("", each.site))
        items = sorted(chosen, key=lambda each: (-each.raised_at, each.id))
        return {"items": [_told(each) for each in items], "next": ""}

    @router.get("/v1/alarms/{ident}")
    @answering(Answer(AlarmRow, problems=(404,)))
    async def show_alarm(ident: str, caller: LocalCaller) -> dict[str, Any]:
        alarm = registry.alarms.by_id.get(ident)
        if alarm is None:
            raise NotFound("alarm", f"There is no alarm {ident}.", "See `nameplate alarm list --all`.")
        return _told(alarm)

    return router


def _told(alarm: Alarm) -> dict[str, Any]:
    return {
        "id": alarm.id,
        "name": alarm.name,
        "severity": alarm.severity,
        "state": _state(alarm),
        "title": alarm.title,
        "text": alarm.text,
        "remedy": remedy(alarm.name),
        "site": alarm.site,
        "door": alarm.door,
        "point": alarm.point,
        "actor": alarm.actor,
        "raised_at": rfc3339(alarm.raised_at),
        "last_at": rfc3339(alarm.last_at),
        "count": alarm.count,
        "cleared_at": None if alarm.cleared_at is None else rfc3339(alarm.cleared_at),
        "acknowledged_at": None if alarm.acknowledged_at is None else rfc3339(alarm.acknowledged_at),
        "by": alarm.by,
        "reason": alarm.reason,
    }


def _state(alarm: Alarm) -> str:
    if alarm.closed:
        return "closed"
    if alarm.acknowledged_at is not None:
        return "acknowledged"
    return "raised" if alarm.cleared_at is None else "cleared"
