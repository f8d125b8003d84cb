"""Zones and the doors between them, derived from a building map that knows only walls and doors."""

import math
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from nameplate.bridges.building_map.ids import on_level, slug
from nameplate.bridges.building_map.model import Building, Cabin, Door, Level, Point, Problem, Segment, Severity
from nameplate.bridges.building_map.naming import name_spaces
from nameplate.bridges.building_map.outlines import outlines
from nameplate.bridges.building_map.plan import Landing, Plan, Zone, ZoneDoor, ZoneLift, offset
from nameplate.bridges.building_map.spaces import OUTSIDE, Spaces, enclosed

MIN_SPACE_M2 = 0.5
"""Less than this is a cavity in a wall, not a space."""

_STEPS_M = [step * 0.05 for step in range(2, 13)]
"""How far to step off a door, in metres: the first free place counts."""


class _Fault(NamedTuple):
    severity: Severity
    what: str
    remedy: str


_NO_ID = _Fault("error", "its name has no letter or digit for an id", "Give it a name with Latin letters.")
_DOUBLE = _Fault("error", "another door has this name", "Give each door of the building a name of its own.")
_NO_ROOM = _Fault("error", "there is no space beside it", "Leave room on both sides of the door.")
_UNENCLOSED = _Fault("error", "it touches no enclosed space", "Close the walls of the room it leads to.")
_ONE_SPACE = _Fault(
    "error", "both sides are the same space", "Close the gap in the walls around it, or remove the door."
)
_WAY_OUT = _Fault(
    "note", "it leads out of the walls", "Close the walls; or, if it is an entrance, name a vertex outside to say so."
)


class _Storey(NamedTuple):
    level: Level
    spaces: Spaces
    sides: list[tuple[Door, int, int]]
    problems: list[Problem]


def derive_zones(building: Building) -> Plan:
    """Flood every level, name the spaces that doors lead to, and report each door that parts no two of them."""
    doubles = _doubles(building)
    storeys = [_storey(building, level, doubles) for level in building.levels]
    names = name_spaces([(storey.level, storey.spaces, storey.sides) for storey in storeys])
    pairs = list(zip(storeys, names, strict=True))
    return Plan(
        name=building.name,
        zones=tuple(sorted((zone for pair in pairs for zone in _zones(*pair)), key=lambda zone: zone.id)),
        doors=tuple(sorted((door for pair in pairs for door in _doors(*pair)), key=lambda door: door.id)),
        lifts=tuple(_lifts(building, {storey.level.name: (storey, named) for storey, named in pairs})),
        problems=tuple(sorted({*building.problems, *(problem for storey in storeys for problem in storey.problems)})),
    )


def _doubles(building: Building) -> set[tuple[str, str]]:
    """The (level, name) of doors that share a name or an id: an order could not tell them apart."""
    doors = [(level.name, door.name) for level in building.levels for door in level.doors if door.name]
    names = Counter(slug(name) for _, name in doors)
    ids = Counter(on_level(*door) for door in doors)
    return {door for door in doors if names[slug(door[1])] > 1 or ids[on_level(*door)] > 1}


def _storey(building: Building, level: Level, doubles: set[tuple[str, str]]) -> _Storey:
    named = [vertex.at for vertex in level.vertices if vertex.name]
    leaves = [door.line for door in level.doors]
    spaces = enclosed([*level.walls, *leaves, *_shafts(building, level)], named)
    meant = OUTSIDE in map(spaces.at, named)
    sides, problems = [], []
    for door in sorted((door for door in level.doors if door.name), key=lambda door: (door.name, door.line)):
        ahead, behind = _beside(spaces, door.line, 1), _beside(spaces, door.line, -1)
        fault = _fault(door, (ahead, behind), (level.name, door.name) in doubles)
        if fault and not (fault is _WAY_OUT and meant):
            problems.append(Problem(fault.severity, level.name, fault.what, door.name, fault.remedy))
        if ahead is not None and behind is not None and fault in (None, _WAY_OUT):
            sides.append((door, ahead, behind))
    return _Storey(level, spaces, sides, problems)


def _shafts(building: Building, level: Level) -> Iterator[Segment]:
    for lift in building.lifts:
        for cabin in lift.cabins:
            if cabin.level == level.name:
                yield from map(Segment, cabin.corners, (*cabin.corners[1:], cabin.corners[0]))


def _beside(spaces: Spaces, line: Segment, sign: int) -> int | None:
    """The space that one reaches from the middle of a door, straight ahead (`sign` 1) or behind (-1)."""
    length = math.dist(line.a, line.b)
    across, down = -sign * (line.b.y - line.a.y) / length, sign * (line.b.x - line.a.x) / length
    middle = line.middle
    for step in _STEPS_M:
        space = spaces.at(Point(middle.x + across * step, middle.y + down * step))
        if space is not None:
            return space if spaces.areas[space] >= MIN_SPACE_M2 else None
    return None


def _fault(door: Door, sides: tuple[int | None, int | None], double: bool) -> _Fault | None:  # noqa: FBT001 - private
    checks = (
        (not slug(door.name), _NO_ID),
        (double, _DOUBLE),
        (None in sides, _NO_ROOM),
        (sides == (OUTSIDE, OUTSIDE), _UNENCLOSED),
        (sides[0] == sides[1], _ONE_SPACE),
        (OUTSIDE in sides, _WAY_OUT),
    )
    return next((fault for holds, fault in checks if holds), None)


def _zones(storey: _Storey, named: dict[int, str]) -> Iterator[Zone]:
    rings = outlines(storey.spaces, named)
    for space, name in named.items():
        yield Zone(name, storey.level.name, storey.spaces.areas[space], space == OUTSIDE, rings[space])


def _doors(storey: _Storey, named: dict[int, str]) -> Iterator[ZoneDoor]:
    level = storey.level.name
    for door, ahead, behind in storey.sides:
        yield ZoneDoor(on_level(level, door.name), door.name, door.kind, level, door.line, named[ahead], named[behind])


def _lifts(building: Building, storeys: dict[str, tuple[_Storey, dict[int, str]]]) -> Iterator[ZoneLift]:
    for lift in building.lifts:
        landings = [landing for cabin in lift.cabins for landing in _landings(cabin, *storeys[cabin.level])]
        yield ZoneLift(f"lift:{lift.name}", lift.name, tuple(landings))


def _landings(cabin: Cabin, storey: _Storey, named: dict[int, str]) -> Iterator[Landing]:
    centre = Segment(cabin.corners[0], cabin.corners[2]).middle
    for door in cabin.doors:
        away = -1 if offset(door.line, centre) > 0 else 1
        space = _beside(storey.spaces, door.line, away)
        zone = named.get(space, "") if space is not None else ""
        yield Landing(cabin.level, door.name, door.line, zone)
