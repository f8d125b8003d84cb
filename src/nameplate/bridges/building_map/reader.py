"""Open-RMF building maps (`*.building.yaml`, as written by rmf_traffic_editor) to values in metres."""

import math
from dataclasses import dataclass

from nameplate.bridges.building_map.document import Field, load, refuse
from nameplate.bridges.building_map.lifts import read_lifts
from nameplate.bridges.building_map.model import Building, Door, Lane, Level, Point, Problem, Segment, Vertex
from nameplate.bridges.building_map.scale import Marks, scales

MAX_LEVELS = 64
MAX_MEMBERS = 20_000
MAX_DOORS = MAX_LANES = 5_000
MAX_FIDUCIALS = 64
MAX_EXTENT_M = 2_000.0
PLAUSIBLE_DOOR_M = (0.3, 20.0)
"""The median width of a level's doors lies within, or the scale is wrong."""

_UP = {"reference_image": 1.0, "cartesian_meters": -1.0}
"""The sign that makes y grow downwards, for each coordinate system that is understood."""

_NAME, _FACTS = 3, 4
"""Where the name and the parameters stand in a vertex."""


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A level before its scale is known: points in units of the map."""

    name: str
    source: Field
    points: tuple[tuple[float, float], ...]
    marks: Marks


def read_building(text: str, scale: float | None = None) -> Building:
    """Read a map. `scale` (metres per unit of the map) overrules whatever the map says about its scale.

    Raises `Invalid` (`building_map.invalid`, `building_map.coordinates`, `building_map.scale`) if nothing can be read.
    """
    root = load(text)
    system, up = _coordinates(root)
    sheets = [_sheet(name, field, up) for name, field in root.get("levels").entries()]
    if not sheets or len(sheets) > MAX_LEVELS:
        raise refuse("map.levels", f"1 to {MAX_LEVELS} levels expected", "Check that this is a building map.")
    known, problems = _scales(sheets, system, scale)
    levels = []
    for sheet in sorted(sheets, key=lambda sheet: sheet.name):
        if sheet.name in known:
            level, found = _level(sheet, known[sheet.name])
            problems += found
            levels += [level] if level else []
    lifts, found = read_lifts(root.get("lifts"), levels, up)
    name = root.get("name")
    return Building("" if name.value is None else name.text(), tuple(levels), lifts, tuple(problems + found))


def _coordinates(root: Field) -> tuple[str, float]:
    field = root.get("coordinate_system")
    system = "reference_image" if field.value is None else field.text()
    if system not in _UP:
        what, remedy = f"coordinates of kind {system!r} are not read", f"Export the map with {' or '.join(_UP)}."
        raise refuse(field.path, what, remedy, "building_map.coordinates")
    return system, _UP[system]


def _scales(sheets: list[_Sheet], system: str, scale: float | None) -> tuple[dict[str, float], list[Problem]]:
    if scale is not None and not (math.isfinite(scale) and scale > 0):
        remedy = "Give --scale as metres per unit of the map, such as 0.05."
        raise refuse("scale", "it must be positive and finite", remedy, "building_map.scale")
    if scale is None and system == "cartesian_meters":
        scale = 1.0
    if scale is not None:
        return dict.fromkeys((sheet.name for sheet in sheets), scale), []
    return scales({sheet.name: sheet.marks for sheet in sheets})


def _sheet(name: str, source: Field, up: float) -> _Sheet:
    points = tuple(_xy(vertex, up) for vertex in source.get("vertices").items(MAX_MEMBERS))
    measures = []
    for field in source.get("measurements").items(MAX_MEMBERS):
        a, b, facts = _edge(field, len(points))
        distance = facts.typed("distance")
        measures.append((distance.number() if distance else 0.0, math.dist(points[a], points[b])))
    fiducials = {_member(field, 2).text(): _xy(field, up) for field in source.get("fiducials").items(MAX_FIDUCIALS)}
    return _Sheet(name, source, points, Marks(tuple(measures), fiducials))


def _member(field: Field, index: int) -> Field:
    if not isinstance(field.value, list) or index >= len(field.value):
        raise field.wrong(f"a list of more than {index} members")
    return Field(field.value[index], f"{field.path}[{index}]")


def _xy(field: Field, up: float) -> tuple[float, float]:
    return _member(field, 0).number(), _member(field, 1).number() * up


def _edge(field: Field, vertices: int) -> tuple[int, int, Field]:
    """Two vertices by index and the parameters, of `[from, to, {...}]`."""
    ends = []
    for index in (0, 1):
        end = _member(field, index)
        if end.integer() >= vertices:
            raise end.wrong(f"a vertex from 0 to {vertices - 1}")
        ends.append(end.integer())
    return ends[0], ends[1], _member(field, 2)


def _level(sheet: _Sheet, scale: float) -> tuple[Level | None, list[Problem]]:
    points = [Point(x * scale, y * scale) for x, y in sheet.points]
    doors, problems = _doors(sheet, points)
    fault = _implausible(points, doors)
    if fault:
        remedy = "Correct the measurements, or import with --scale METRES_PER_UNIT."
        return None, [Problem("error", sheet.name, fault, "measurements", remedy)]
    elevation = sheet.source.get("elevation")
    return Level(
        name=sheet.name,
        elevation=0.0 if elevation.value is None else elevation.number(),
        scale=scale,
        vertices=tuple(map(_vertex, sheet.source.get("vertices").items(MAX_MEMBERS), points)),
        walls=tuple(_line(field, points) for field in sheet.source.get("walls").items(MAX_MEMBERS)),
        doors=tuple(doors),
        lanes=tuple(_lane(field, len(points)) for field in sheet.source.get("lanes").items(MAX_LANES)),
    ), problems


def _implausible(points: list[Point], doors: list[Door]) -> str | None:
    for axis in (0, 1):
        values = [point[axis] for point in points]
        if values and max(values) - min(values) > MAX_EXTENT_M:
            return f"the level would be {max(values) - min(values):.0f} metres across"
    widths = sorted(math.dist(*door.line) for door in doors)
    middle = widths[len(widths) // 2] if widths else PLAUSIBLE_DOOR_M[0]
    if not PLAUSIBLE_DOOR_M[0] <= middle <= PLAUSIBLE_DOOR_M[1]:
        return f"the doors would be {middle:.3g} metres wide"
    return None


def _line(field: Field, points: list[Point]) -> Segment:
    a, b, _ = _edge(field, len(points))
    return Segment(*sorted((points[a], points[b])))


def _doors(sheet: _Sheet, points: list[Point]) -> tuple[list[Door], list[Problem]]:
    doors, problems = [], []
    for field in sheet.source.get("doors").items(MAX_DOORS):
        facts = _edge(field, len(points))[2]
        name, kind, line = facts.typed("name"), facts.typed("type"), _line(field, points)
        door = Door(name.text() if name else "", kind.text() if kind else "", line)
        where = door.name or f"doors{field.path.rpartition('doors')[2]}"
        if line.a == line.b:
            remedy = "Draw it between its two jambs."
            problems.append(Problem("error", sheet.name, "a door without width", where, remedy))
            continue
        if not door.name:
            remedy = "Name it: policy refers to doors by name."
            problems.append(Problem("error", sheet.name, "a door without a name", where, remedy))
        doors.append(door)
    return doors, problems


def _lane(field: Field, vertices: int) -> Lane:
    start, end, facts = _edge(field, vertices)
    both, graph = facts.typed("bidirectional"), facts.typed("graph_idx")
    return Lane(start, end, both.flag() if both else False, graph.integer() if graph else 0)


def _vertex(field: Field, at: Point) -> Vertex:
    """A vertex is `[x, y, z, name, {...}]`; the last three may be missing."""
    length = len(field.value) if isinstance(field.value, list) else 0
    name = _member(field, _NAME).text() if length > _NAME else ""
    facts = _member(field, _FACTS) if length > _FACTS else Field({}, field.path)
    lift = facts.typed("lift_cabin")
    return Vertex(
        at=at,
        name=name,
        lift=lift.text() if lift else "",
        charger=_is(facts, "is_charger"),
        parking=_is(facts, "is_parking_spot"),
        holding=_is(facts, "is_holding_point"),
    )


def _is(facts: Field, key: str) -> bool:
    found = facts.typed(key)
    return found.flag() if found else False
