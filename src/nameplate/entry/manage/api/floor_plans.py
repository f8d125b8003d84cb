"""The plan of a site's building."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from nameplate.boot.floor_plans import MAX_BYTES
from nameplate.domain.timestamps import rfc3339
from nameplate.entry.manage.planning import Planning, Shown
from nameplate.entry.operations import Answer, answering

from .caller import LocalCaller


class PlanIn(BaseModel):
    """A building map of Open-RMF as text. `scale`: metres per unit of it, where it does not say itself."""

    model_config = ConfigDict(extra="forbid", strict=True)

    map: Annotated[str, Field(max_length=MAX_BYTES)]
    scale: Annotated[float, Field(gt=0)] | None = None


class PlanKept(msgspec.Struct):
    """What was read. `undeclared`: zones and doors of the plan that no manifest declares at that site."""

    site: str
    sha256: str
    levels: int
    zones: int
    doors: int
    lifts: int
    undeclared: list[str]


class ZoneNow(msgspec.Struct):
    """A zone of the plan. `declared`: whether the site has it."""

    id: str
    declared: bool
    public: bool
    locked: bool
    inside: list[str]


class DoorNow(msgspec.Struct):
    """A door of the plan. `online`: none where no point has it; `state`: in words, alarms among them."""

    id: str
    joins: list[str]
    declared: bool
    online: bool | None
    trouble: bool
    state: list[str]


class PlanOut(msgspec.Struct):
    """The plan of a site as things stand now. `levels`: all; `svg`: the drawing, with what lies on those asked for."""

    site: str
    sha256: str
    at: str
    by: str
    levels: list[str]
    zones: list[ZoneNow]
    doors: list[DoorNow]
    lifts: int
    svg: str


def routes(planning: Planning) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.post("/v1/sites/{site_id}/plan")
    @answering(Answer(PlanKept, problems=(404,)))
    async def give_plan(site_id: str, wanted: PlanIn, caller: LocalCaller) -> dict[str, Any]:
        """Keep a plan of the building. It changes no zone and no door."""
        digest, drawn = await planning.give(site_id, wanted.map, wanted.scale, caller)
        undeclared = planning.undeclared(site_id, drawn)
        return {"site": site_id, "sha256": digest, **drawn.counts, "undeclared": undeclared}

    @router.get("/v1/sites/{site_id}/plan")
    @answering(Answer(PlanOut, problems=(404,)))
    async def show_plan(site_id: str, caller: LocalCaller, level: str = "", actor: str = "") -> dict[str, Any]:
        """Draw the plan. `actor`: mark where that one may go by its contract."""
        return _plan(await planning.show(site_id, level, actor))

    return router


def _plan(shown: Shown) -> dict[str, Any]:
    plan, drawn = shown.plan, shown.drawn
    return {
        "site": plan.site,
        "sha256": plan.sha256,
        "at": rfc3339(plan.at),
        "by": plan.by,
        "levels": list(drawn.levels),
        "zones": [_zone(shown, ident) for ident in drawn.zones],
        "doors": [_door(shown, *each) for each in drawn.doors],
        "lifts": drawn.lifts,
        "svg": drawn.svg,
    }


def _zone(shown: Shown, ident: str) -> dict[str, Any]:
    zone = shown.zones.get(ident)
    told = {"public": zone.public, "locked": zone.locked, "inside": list(zone.inside)} if zone else None
    return {"id": ident, "declared": zone is not None, **(told or {"public": False, "locked": False, "inside": []})}


def _door(shown: Shown, ident: str, *joins: str) -> dict[str, Any]:
    door = shown.doors.get(ident)
    told = {"online": door.online, "trouble": door.trouble, "state": list(door.words)} if door else None
    known = {"id": ident, "joins": list(joins), "declared": door is not None}
    return {**known, **(told or {"online": None, "trouble": False, "state": []})}
