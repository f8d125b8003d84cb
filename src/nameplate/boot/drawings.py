"""Drawing buildings."""

from collections.abc import Collection

from nameplate.bridges.building_map import derive_zones, read_building
from nameplate.bridges.building_map.drawing import View, draw
from nameplate.domain.errors import Invalid


def draw_building(
    text: str, site: str, scale: float | None, public: Collection[str], actor: str = "", granted: Collection[str] = ()
) -> tuple[str, dict[str, int]]:
    """The SVG of an Open-RMF building map, and how much there is on it; raises Invalid for a text that is none.

    `public`, `granted`: ids of zones. Those that are not on the map are ignored: a site may have further maps.
    """
    building = read_building(text, scale)
    plan = derive_zones(building)
    if not building.levels:
        problem = next(iter(plan.problems), None)
        why = f"{problem.level}: {problem.what}. {problem.remedy}" if problem else "It holds no level."
        raise Invalid("building", f"There is nothing to draw. {why}", "See `nameplate import building-map`.")
    counts = {"levels": len(building.levels), "zones": len(plan.zones), "doors": len(plan.doors)}
    return draw(building, plan, View(site, public, granted, actor)), counts | {"lifts": len(plan.lifts)}
