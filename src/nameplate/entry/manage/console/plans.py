"""The plan of a building, as things stand now: drawn, and the same in words."""

from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from nameplate.domain.timestamps import rfc3339
from nameplate.entry.manage.planning import Planning, Shown

from .render import page
from .shown import Shown as Console
from .viewer import Caller


def routes(console: Console, planning: Planning) -> APIRouter:
    """The route."""
    router = APIRouter()

    @router.get("/console/plan", include_in_schema=False)
    async def plan(caller: Caller, site: str = "", level: str = "") -> HTMLResponse:
        viewer, sites = console.viewer(caller), sorted(console.registry.floor_plans)
        asked = site or next(iter(sites), "")
        if not asked:
            return page("plan.html", viewer, "plan", plan=None)
        shown = await planning.show(asked, level, styled=False)
        return page("plan.html", viewer, "plan", plan=_plan(shown), sites=_links(sites, asked), level=level)

    return router


def _links(sites: list[str], asked: str) -> list[dict[str, Any]]:
    return [{"id": each, "to": _address(each), "here": each == asked} for each in sites]


def _address(site: str, level: str = "") -> str:
    return "/console/plan?" + urlencode({"site": site} | ({"level": level} if level else {}))


def _plan(shown: Shown) -> dict[str, Any]:
    drawn, site = shown.drawn, shown.plan.site
    levels = [("All levels", _address(site), ""), *((each, _address(site, each), each) for each in drawn.levels)]
    return {
        "site": site,
        # It escapes every name itself: see `bridges/building_map/drawing`.
        "svg": Markup(drawn.svg),  # noqa: S704
        "levels": levels if len(drawn.levels) > 1 else [],
        "at": rfc3339(shown.plan.at),
        "by": shown.plan.by,
        "zones": [(ident, shown.zones.get(ident)) for ident in drawn.zones],
        "doors": [(ident, joins, shown.doors.get(ident)) for ident, *joins in drawn.doors],
    }
