"""Sites and zones: what is declared about them, and what bars them now."""

from bisect import bisect_right
from collections import Counter
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query

from nameplate.domain.registry import Registry
from nameplate.domain.timestamps import rfc3339
from nameplate.entry.operations import Answer, Page, answering

from .caller import LocalCaller


class Lockdown(msgspec.Struct):
    """Since when, by whom and why."""

    since: str
    by: str
    reason: str


class ZoneRow(msgspec.Struct):
    """A zone: how many actors are inside, and the lockdown that is on it."""

    id: str
    site: str
    public: bool
    inside: int
    lockdown: Lockdown | None


class ThreatRow(msgspec.Struct):
    """A threat level. Nobody has set a `normal` one."""

    level: str
    since: str = ""
    by: str = ""
    reason: str = ""


class SiteRow(msgspec.Struct):
    """A site: how many zones it has, and its threat level."""

    id: str
    timezone: str
    zones: int
    threat: ThreatRow


def routes(registry: Registry) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get("/v1/zones")
    @answering(Answer(Page[ZoneRow]))
    async def list_zones(
        caller: LocalCaller, limit: Annotated[int, Query(ge=1, le=1000)] = 100, after: str = ""
    ) -> dict[str, Any]:
        """Keyset pagination by id. A zone that is locked is listed though nothing declares it any more."""
        ids = sorted(registry.zones.keys() | registry.lockdowns.keys())
        page = ids[bisect_right(ids, after) :][: limit + 1]
        inside = Counter(standing.zone for standing in registry.standings.values())
        items = [_zone(registry, ident, inside[ident]) for ident in page[:limit]]
        return {"items": items, "next": page[limit - 1] if len(page) > limit else ""}

    @router.get("/v1/sites")
    @answering(Answer(Page[SiteRow]))
    async def list_sites(caller: LocalCaller) -> dict[str, Any]:
        zones = Counter(zone.site for zone in registry.zones.values())
        ids = sorted(registry.sites.keys() | zones.keys() | registry.threats.keys())
        return {"items": [_site(registry, ident, zones[ident]) for ident in ids], "next": ""}

    return router


def _zone(registry: Registry, ident: str, inside: int) -> dict[str, Any]:
    zone, lockdown = registry.zones.get(ident), registry.lockdowns.get(ident)
    return {
        "id": ident,
        "site": zone.site if zone else "",
        "public": bool(zone and zone.public),
        "inside": inside,
        "lockdown": None
        if lockdown is None
        else {"since": rfc3339(lockdown.since), "by": lockdown.by, "reason": lockdown.reason},
    }


def _site(registry: Registry, ident: str, zones: int) -> dict[str, Any]:
    alert = registry.threats.get(ident)
    threat = {"level": "normal"}
    if alert is not None:
        threat = {"level": alert.level, "since": rfc3339(alert.since), "by": alert.by, "reason": alert.reason}
    return {"id": ident, "timezone": registry.site(ident).timezone, "zones": zones, "threat": threat}
