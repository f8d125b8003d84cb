"""The plan of a site's building: taken in, kept and drawn as things stand now."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from nameplate.boot import clocks
from nameplate.boot.drawings import Drawn, Wanted, draw_building
from nameplate.boot.floor_plans import FloorPlanFiles
from nameplate.domain.errors import NotFound
from nameplate.domain.floor_plans import FloorPlan
from nameplate.domain.floor_views import DoorView, ZoneView, door_views, zone_views
from nameplate.domain.links import PlanGiven
from nameplate.domain.modes import covers
from nameplate.domain.points import Point
from nameplate.domain.registry import Registry
from nameplate.flows.draw import require_site

from .commands import Commands


class Shown(NamedTuple):
    """A drawing, the plan that it was made of, and how the zones and doors of its site stand."""

    plan: FloorPlan
    drawn: Drawn
    zones: dict[str, ZoneView]
    doors: dict[str, DoorView]


class Planning:
    """Owned by the event loop of the managing process. `wall`: the time of day in a zone."""

    def __init__(
        self, registry: Registry, commands: Commands, files: FloorPlanFiles, wall: Callable[[str, int], datetime]
    ) -> None:
        self._registry, self._commands, self._files, self._wall = registry, commands, files, wall
        self._giving = asyncio.Lock()

    async def give(self, site: str, text: str, scale: float | None, by: str) -> tuple[str, Drawn]:
        """The site has that plan from now on; returns its digest. Raises Invalid, NotFound."""
        drawn = await asyncio.to_thread(draw_building, text, scale, Wanted(site))
        require_site(self._registry, site)
        async with self._giving:
            digest = await asyncio.to_thread(self._files.keep, text)
            await self._commands.plan_given(PlanGiven(site, digest, scale, by))
            named = {digest, *(each.sha256 for each in self._registry.floor_plans.values())}
            await asyncio.to_thread(self._files.tidy, named)
        return digest, drawn

    async def show(self, site: str, level: str = "", actor: str = "", *, styled: bool = True) -> Shown:
        """The plan as things stand now. Raises NotFound where the site has none, or the actor or level is not there."""
        registry = self._registry
        plan = registry.floor_plans.get(site)
        if plan is None:
            raise NotFound(
                "plan", f"There is no plan of {site[:100]}.", "Give one: nameplate site plan FILE --site SITE"
            )
        granted = self._granted(actor) if actor else ()
        connected = await self._commands.connected_points()
        zones, doors = zone_views(registry, site), door_views(registry, site, connected, self._is_over)
        public = {name for name, zone in zones.items() if zone.public}
        wanted = Wanted(site, public, actor, granted, level, zones, doors, styled)
        text = await asyncio.to_thread(self._files.read, plan.sha256)
        return Shown(plan, await asyncio.to_thread(draw_building, text, plan.scale, wanted), zones, doors)

    def undeclared(self, site: str, drawn: Drawn) -> list[str]:
        """What the drawing shows and the site does not have: a plan of another building, perhaps."""
        zones, doors = self._registry.zones, self._registry.doors
        missing = [f"zone:{each}" for each in drawn.zones if each not in zones or zones[each].site != site]
        return missing + [f"door:{each}" for each, *_ in drawn.doors if each not in doors or doors[each].site != site]

    def _granted(self, ident: str) -> frozenset[str]:
        """Zones that a grant of the actor names for `enter`, whatever its conditions."""
        actor = self._registry.actors.get(ident)
        if actor is None:
            raise NotFound("actor", f"There is no actor {ident[:100]}.", "See `nameplate actor list`.")
        contract = self._registry.contracts.get(actor.contract)
        grants = contract.grants if contract else ()
        names = tuple(name for grant in grants if "enter" in grant.actions for name in grant.resources)
        return frozenset(zone for zone in self._registry.zones if covers(names, (f"zone:{zone}",)))

    def _is_over(self, point: Point, day: date) -> bool:
        return self._wall(self._registry.site(point.site).timezone, clocks.wall()).date() >= day
