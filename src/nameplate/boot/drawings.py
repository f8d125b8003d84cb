"""Drawing buildings."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import NamedTuple

from nameplate.bridges.building_map import Building, Plan, derive_zones, read_building
from nameplate.bridges.building_map.drawing import View, draw
from nameplate.domain.errors import Invalid, NotFound
from nameplate.domain.floor_views import DoorView, ZoneView


class Drawn(NamedTuple):
    """A drawing. `levels`: all that the building has; `zones`, `doors`: ids of those drawn, doors with both sides."""

    svg: str
    levels: tuple[str, ...]
    zones: tuple[str, ...]
    doors: tuple[tuple[str, str, str], ...]
    lifts: int

    @property
    def counts(self) -> dict[str, int]:
        """How much there is on it."""
        return {
            "levels": len(self.levels),
            "zones": len(self.zones),
            "doors": len(self.doors),
            "lifts": self.lifts,
        }


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a drawing shows. `public`, `granted`: ids of zones; `level`: that one alone, empty for all.

    `zones`, `doors`: how they stand now, by id. Ids that are not on the map are ignored: a site may have further maps.
    `styled`: with colours of its own.
    """

    site: str
    public: Collection[str] = ()
    actor: str = ""
    granted: Collection[str] = ()
    level: str = ""
    zones: Mapping[str, ZoneView] = field(default_factory=dict)
    doors: Mapping[str, DoorView] = field(default_factory=dict)
    styled: bool = True


def draw_building(text: str, scale: float | None, wanted: Wanted) -> Drawn:
    """The SVG of an Open-RMF building map; raises Invalid for a text that is none, NotFound for a level it has not."""
    building, plan = _read(text, scale)
    levels = tuple(level.name for level in building.levels)
    if not levels:
        problem = next(iter(plan.problems), None)
        why = f"{problem.level}: {problem.what}. {problem.remedy}" if problem else "It holds no level."
        raise Invalid("building", f"There is nothing to draw. {why}", "See `nameplate import building-map`.")
    if wanted.level:
        building, plan = _level(building, plan, wanted.level)
    view = View(wanted.site, wanted.public, wanted.granted, wanted.actor, wanted.zones, wanted.doors)
    doors = tuple((door.id, door.behind, door.ahead) for door in plan.doors)
    svg = draw(building, plan, view, styled=wanted.styled)
    return Drawn(svg, levels, tuple(zone.id for zone in plan.zones), doors, len(plan.lifts))


@lru_cache(maxsize=4)
def _read(text: str, scale: float | None) -> tuple[Building, Plan]:
    """What takes a second for a hospital, and is the same each time."""
    building = read_building(text, scale)
    return building, derive_zones(building)


def _level(building: Building, plan: Plan, name: str) -> tuple[Building, Plan]:
    level = building.level(name)
    if level is None:
        known = ", ".join(each.name for each in building.levels)
        raise NotFound("level", f"There is no level {name[:100]}.", f"There are: {known}.")
    zones = tuple(zone for zone in plan.zones if zone.level == name)
    doors = tuple(door for door in plan.doors if door.level == name)
    return replace(building, levels=(level,)), replace(plan, zones=zones, doors=doors)
