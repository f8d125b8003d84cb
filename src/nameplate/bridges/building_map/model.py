"""What a building map says, in metres: levels, walls, doors, lanes, lifts.

Every level has its own frame: x to the right, y downwards as on the drawing, both in metres.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

Severity = Literal["error", "note"]


class Point(NamedTuple):
    """A place on a level, in metres."""

    x: float
    y: float


class Segment(NamedTuple):
    """A straight line between two points."""

    a: Point
    b: Point

    @property
    def middle(self) -> Point:
        """The point half-way."""
        return Point((self.a.x + self.b.x) / 2, (self.a.y + self.b.y) / 2)


class Problem(NamedTuple):
    """Something in the map that a person should look at. An `error` left something out; a `note` did not."""

    severity: Severity
    level: str
    what: str
    where: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Vertex:
    """A point that lanes refer to. `name` is empty for most; `lift` names the lift whose cabin stands here."""

    at: Point
    name: str = ""
    lift: str = ""
    charger: bool = False
    parking: bool = False
    holding: bool = False


@dataclass(frozen=True, slots=True)
class Door:
    """A door between its two jambs; `kind` is the map's word, such as `sliding`. Nameless, it only fills a gap."""

    name: str
    kind: str
    line: Segment


@dataclass(frozen=True, slots=True)
class Lane:
    """A way for robots between two vertices, by index; one-way from `start` to `end` unless `both_ways`."""

    start: int
    end: int
    both_ways: bool
    graph: int


@dataclass(frozen=True, slots=True)
class Cabin:
    """Where a lift stands on one level: the four corners of its cabin and the doors that open there."""

    level: str
    corners: tuple[Point, Point, Point, Point]
    doors: tuple[Door, ...]


@dataclass(frozen=True, slots=True)
class Lift:
    """A lift and the levels it serves."""

    name: str
    cabins: tuple[Cabin, ...]


@dataclass(frozen=True, slots=True)
class Level:
    """One storey. `elevation` in metres, `scale` in metres per unit of the map."""

    name: str
    elevation: float
    scale: float
    vertices: tuple[Vertex, ...]
    walls: tuple[Segment, ...]
    doors: tuple[Door, ...]
    lanes: tuple[Lane, ...]


@dataclass(frozen=True, slots=True)
class Building:
    """A whole map. Levels without a trustworthy scale are left out and named in `problems`."""

    name: str
    levels: tuple[Level, ...]
    lifts: tuple[Lift, ...]
    problems: tuple[Problem, ...]

    def level(self, name: str) -> Level | None:
        """The level of that name, or None."""
        return next((level for level in self.levels if level.name == name), None)
