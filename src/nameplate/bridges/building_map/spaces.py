"""The spaces that walls and closed doors enclose on one level.

The level is cut into horizontal bands. In each band, every wall blocks an interval of x; what is left are free runs,
and runs of neighbouring bands that overlap belong to one space. A wall is exact in x and continuous from band to band,
so nothing leaks through it at any angle, and no grid grows with the area of the building.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import accumulate, pairwise
from typing import NamedTuple

from nameplate.bridges.building_map.document import refuse
from nameplate.bridges.building_map.model import Point, Segment

BAND_M = 0.05
"""Height of a band in metres: no space narrower than this is seen."""

HALF_WALL_M = 0.05
"""Every line is this thick to each side, which closes the gaps that drawing leaves (up to 0.1 m)."""

MAX_CROSSINGS = 1_000_000
MARGIN_M = 1.0
OUTSIDE = 0

Row = list[tuple[float, float]]


class Run(NamedTuple):
    """A free stretch of one band: x from `left` to `right` in metres, in the space of that number."""

    left: float
    right: float
    space: int


class Spaces(NamedTuple):
    """All free runs, band by band from the top. Space `OUTSIDE` is what lies outside all walls."""

    top: float
    bands: tuple[tuple[Run, ...], ...]
    areas: tuple[float, ...]

    def at(self, place: Point) -> int | None:
        """The space at a point; None within a wall, a door or beyond the frame."""
        band = math.floor((place.y - self.top) / BAND_M)
        row = self.bands[band] if 0 <= band < len(self.bands) else ()
        return next((run.space for run in row if run.left <= place.x <= run.right), None)


def enclosed(lines: Sequence[Segment], places: Sequence[Point] = ()) -> Spaces:
    """The spaces between `lines`, numbered from the top left, in a frame that also holds `places`.

    Raises `Invalid` for more wall than a building can have.
    """
    points = [*(point for line in lines for point in line), *places]
    if not points:
        return Spaces(0.0, (), (0.0,))
    left, right = min(p.x for p in points) - MARGIN_M, max(p.x for p in points) + MARGIN_M
    top, bottom = min(p.y for p in points) - MARGIN_M, max(p.y for p in points) + MARGIN_M
    blocked = _blocked(lines, top, math.ceil((bottom - top) / BAND_M))
    return _joined(top, [_free(row, left, right) for row in blocked])


def _blocked(lines: Sequence[Segment], top: float, count: int) -> list[Row]:
    spans = []
    for line in lines:
        upper, lower = sorted(line, key=lambda point: point.y)
        first = math.floor((upper.y - HALF_WALL_M - top) / BAND_M)
        last = math.floor((lower.y + HALF_WALL_M - top) / BAND_M)
        spans.append((upper, lower, range(first, last + 1)))
    if sum(len(bands) for _, _, bands in spans) > MAX_CROSSINGS:
        remedy = "Check the scale, or split the map by building."
        raise refuse("walls", "there are more metres of wall than a building has", remedy)
    rows: list[Row] = [[] for _ in range(count)]
    for upper, lower, bands in spans:
        for band in bands:
            rows[band].append(_interval(upper, lower, top + band * BAND_M))
    return rows


def _interval(upper: Point, lower: Point, band_top: float) -> tuple[float, float]:
    """What the line from `upper` to `lower` blocks in a band that it touches."""
    rise = lower.y - upper.y
    ends = [upper.x, lower.x]
    if rise > HALF_WALL_M:
        slope = (lower.x - upper.x) / rise
        from_y = max(upper.y, min(band_top - HALF_WALL_M, lower.y))
        to_y = min(lower.y, max(band_top + BAND_M + HALF_WALL_M, upper.y))
        ends = [upper.x + slope * (from_y - upper.y), upper.x + slope * (to_y - upper.y)]
    return min(ends) - HALF_WALL_M, max(ends) + HALF_WALL_M


def _free(blocked: Row, left: float, right: float) -> Row:
    free = []
    reached = left
    for start, end in sorted(blocked):
        if start > reached:
            free.append((reached, start))
        reached = max(reached, end)
    return [*free, (reached, right)]


def _joined(top: float, rows: list[Row]) -> Spaces:
    """Number the spaces: runs that overlap from band to band are one space (union-find)."""
    starts = list(accumulate((len(row) for row in rows), initial=0))
    parent = list(range(starts[-1]))
    for band, (upper, lower) in enumerate(pairwise(rows)):
        for i, j in _overlaps(upper, lower):
            _union(parent, starts[band] + i, starts[band + 1] + j)
    numbers: dict[int, int] = {}
    areas: dict[int, float] = defaultdict(float)
    bands = []
    for start, row in zip(starts, rows, strict=False):
        spaces = [numbers.setdefault(_root(parent, start + offset), len(numbers)) for offset in range(len(row))]
        bands.append(tuple(Run(left, right, space) for (left, right), space in zip(row, spaces, strict=True)))
        for run in bands[-1]:
            areas[run.space] += (run.right - run.left) * BAND_M
    return Spaces(top, tuple(bands), tuple(areas[space] for space in range(len(numbers))))


def _overlaps(upper: Row, lower: Row) -> Iterable[tuple[int, int]]:
    i = j = 0
    while i < len(upper) and j < len(lower):
        if min(upper[i][1], lower[j][1]) > max(upper[i][0], lower[j][0]):
            yield i, j
        if upper[i][1] < lower[j][1]:
            i += 1
        else:
            j += 1


def _root(parent: list[int], run: int) -> int:
    while parent[run] != run:
        parent[run] = parent[parent[run]]
        run = parent[run]
    return run


def _union(parent: list[int], one: int, other: int) -> None:
    one, other = sorted((_root(parent, one), _root(parent, other)))
    parent[other] = one
