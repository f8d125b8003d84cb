"""Which plan of its building a site has. The record names the plan by its digest; the plan itself lies in a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class FloorPlan:
    """The plan of a site. `sha256`: of the building map, hex; `scale`: metres per unit of it, None as the map says.

    `at`: since when, in microseconds since the epoch, UTC; `by`: who has given it.
    """

    site: str
    sha256: str
    scale: float | None
    at: int
    by: str


def given(plans: dict[str, FloorPlan], record: Mapping[str, Any], at: int) -> str:
    """A record of kind `floor_plan`: the plan of its site from now on. Returns the site."""
    site, scale = str(record["site"]), record["scale"]
    plans[site] = FloorPlan(site, str(record["sha256"]), None if scale is None else float(scale), at, str(record["by"]))
    return site
