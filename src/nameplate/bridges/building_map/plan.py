"""A plan: what a building map means for access."""

import math
from dataclasses import dataclass
from typing import NamedTuple

from nameplate.bridges.building_map.model import Point, Problem, Segment
from nameplate.bridges.building_map.outlines import Ring, contains


@dataclass(frozen=True, slots=True)
class Zone:
    """A space that at least one door leads to. `area` in square metres; `rings` are filled by the even-odd rule."""

    id: str
    level: str
    area: float
    outside: bool
    rings: tuple[Ring, ...]


@dataclass(frozen=True, slots=True)
class ZoneDoor:
    """A door and the zones it parts: going from jamb `a` to jamb `b`, `ahead` is on the right, `behind` on the left."""

    id: str
    name: str
    kind: str
    level: str
    line: Segment
    ahead: str
    behind: str

    @property
    def joins(self) -> tuple[str, str]:
        """The two zones in the order of their ids, however the door was drawn."""
        first, second = sorted((self.ahead, self.behind))
        return first, second

    def side(self, place: Point) -> str:
        """The zone on that side of the door's line on which the point lies."""
        return self.ahead if offset(self.line, place) > 0 else self.behind


class Landing(NamedTuple):
    """A lift door on a level and the zone before it; the zone is empty where no door leads to that space."""

    level: str
    door: str
    line: Segment
    zone: str


@dataclass(frozen=True, slots=True)
class ZoneLift:
    """A lift as a resource (`lift:<name>`) with its landings."""

    resource: str
    name: str
    landings: tuple[Landing, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """What a map means for access: zones, the doors that part them, lifts, and what a person should look at."""

    name: str
    zones: tuple[Zone, ...]
    doors: tuple[ZoneDoor, ...]
    lifts: tuple[ZoneLift, ...]
    problems: tuple[Problem, ...]

    def zone_at(self, level: str, place: Point) -> str | None:
        """The zone at a point of a level; None in a wall, in a space that no door leads to, or far off."""
        return next((zone.id for zone in self.zones if zone.level == level and contains(zone.rings, place)), None)


def offset(line: Segment, place: Point) -> float:
    """Metres from the line to the point, positive on the side called `ahead`."""
    (ax, ay), (bx, by) = line
    return ((bx - ax) * (place.y - ay) - (by - ay) * (place.x - ax)) / math.dist(line.a, line.b)
