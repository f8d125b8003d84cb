"""Lift cabins: where each stands on every level it serves, and the doors it opens there."""

import math
from collections.abc import Sequence

from nameplate.bridges.building_map.document import Field
from nameplate.bridges.building_map.model import Cabin, Door, Level, Lift, Point, Problem, Segment


def read_lifts(source: Field, levels: Sequence[Level], up: float) -> tuple[tuple[Lift, ...], list[Problem]]:
    """The lifts by name. A cabin stands at the level's cabin vertex, else where the reference floor has it."""
    lifts, problems = [], []
    for name, field in sorted(source.entries()):
        cabins = [cabin for level in levels if (cabin := _cabin(name, field, level, up))]
        lifts.append(Lift(name, tuple(cabins)))
        if not cabins:
            remedy = "Give it levels and doors in the map editor, or remove it."
            problems.append(Problem("note", "", "a lift that stands on no level that was read", name, remedy))
    return tuple(lifts), problems


def _cabin(name: str, lift: Field, level: Level, up: float) -> Cabin | None:
    served = dict(lift.get("level_doors").entries())
    centre = _centre(name, lift, level, up)
    if level.name not in served or centre is None:
        return None
    names = {field.text() for field in served[level.name].items(limit=16)}
    half_width, half_depth = lift.get("width").number() / 2, lift.get("depth").number() / 2
    yaw = lift.get("yaw").number()
    corners = [
        (-half_width, -half_depth),
        (half_width, -half_depth),
        (half_width, half_depth),
        (-half_width, half_depth),
    ]
    one, two, three, four = (_placed(centre, yaw, corner) for corner in corners)
    doors = [
        Door(key, "lift", Segment(*(_placed(centre, yaw, end) for end in _jambs(field, half_width, half_depth))))
        for key, field in sorted(lift.get("doors").entries())
        if key in names
    ]
    return Cabin(level.name, (one, two, three, four), tuple(doors))


def _centre(name: str, lift: Field, level: Level, up: float) -> Point | None:
    at = next((vertex.at for vertex in level.vertices if vertex.lift == name), None)
    if at is None and lift.get("reference_floor_name").value == level.name:
        at = Point(lift.get("x").number() * level.scale, lift.get("y").number() * up * level.scale)
    return at


def _placed(centre: Point, yaw: float, offset: tuple[float, float]) -> Point:
    """An offset in the cabin's own frame (metres, y upwards, turned by `yaw` radians) as a point of the level."""
    across, along = offset
    east = across * math.cos(yaw) - along * math.sin(yaw)
    north = across * math.sin(yaw) + along * math.cos(yaw)
    return Point(centre.x + east, centre.y - north)


def _jambs(door: Field, half_width: float, half_depth: float) -> list[tuple[float, float]]:
    """The two ends of a cabin door: it lies in the cabin wall nearest to its middle."""
    x, y, half = door.get("x").number(), door.get("y").number(), door.get("width").number() / 2
    if abs(abs(x) - half_width) <= abs(abs(y) - half_depth):
        return [(x, y - half), (x, y + half)]
    return [(x - half, y), (x + half, y)]
