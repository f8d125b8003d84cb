"""Bringing in floor plans."""

from dataclasses import dataclass
from typing import Any

from nameplate.bridges.building_map import derive_zones, manifests, read_building, to_yaml


@dataclass(frozen=True, slots=True)
class Imported:
    """Manifests as text, and what there is to say about them."""

    yaml: str
    summary: dict[str, Any]


def import_building(
    text: str, site: str, timezone: str, scale: float | None, public: frozenset[str] = frozenset()
) -> Imported:
    """The manifests of an Open-RMF building map; raises Invalid for a text that is none."""
    building = read_building(text, scale)
    plan = derive_zones(building)
    documents = manifests(plan, site, timezone, public)
    summary = {
        "site": site,
        "levels": [level.name for level in building.levels],
        "zones": len(plan.zones),
        "doors": len(plan.doors),
        "lifts": len(plan.lifts),
        "problems": [problem._asdict() for problem in plan.problems],
    }
    return Imported(to_yaml(documents, plan.problems), summary)
