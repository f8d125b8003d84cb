"""Spaces as polygons, for drawing and for telling in which zone a point lies."""

import math
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from nameplate.bridges.building_map.model import Point
from nameplate.bridges.building_map.spaces import BAND_M, Run, Spaces

SMOOTH_M = 0.06
"""How far a simplified outline may lie from the banded one: enough to turn stairs back into a slanted wall."""

CHUNK = 256

Ring = tuple[Point, ...]
Ends = dict[int, list[float]]
Edges = dict[tuple[float, int], list[tuple[float, int]]]


def outlines(spaces: Spaces, wanted: Iterable[int]) -> dict[int, tuple[Ring, ...]]:
    """Closed rings around each wanted space, holes included: fill them with the even-odd rule."""
    edges: dict[int, Edges] = {space: defaultdict(list) for space in wanted}
    above: Ends = {}
    for band, row in enumerate((*spaces.bands, ())):
        below = _ends(row)
        for space in edges.keys() & (above.keys() | below.keys()):
            _add_edges(edges[space], band, above.get(space, []), below.get(space, []))
        above = below
    return {space: tuple(_simple(ring, spaces.top) for ring in _rings(found)) for space, found in edges.items()}


def _ends(row: Iterable[Run]) -> Ends:
    """Where each space begins and ends in a band: left, right, left, right, ... from left to right."""
    ends: Ends = defaultdict(list)
    for run in row:
        ends[run.space] += (run.left, run.right)
    return ends


def _add_edges(edges: Edges, band: int, above: list[float], below: list[float]) -> None:
    """Add the edges on the upper border of `band` and at both ends of its runs; the space lies to their right."""
    for left, right in zip(below[::2], below[1::2], strict=True):
        edges[right, band].append((right, band + 1))
        edges[left, band + 1].append((left, band))
    over = under = False
    ends_above, ends_below = set(above), set(below)
    for left, right in pairwise(sorted(ends_above | ends_below)):
        over ^= left in ends_above
        under ^= left in ends_below
        if under and not over:
            edges[left, band].append((right, band))
        elif over and not under:
            edges[right, band].append((left, band))


def _rings(edges: Edges) -> Iterable[list[tuple[float, int]]]:
    for start in sorted(edges):
        while edges[start]:
            ring = [start]
            at = edges[start].pop()
            while at != start:
                ring.append(at)
                at = edges[at].pop()
            yield ring


def _simple(ring: list[tuple[float, int]], top: float) -> Ring:
    """The ring in metres without the points that it does not need; by chunks, so that no ring takes quadratic time."""
    corners = [
        point
        for before, point, after in zip([ring[-1], *ring], ring, [*ring[1:], ring[0]], strict=False)
        if not before[0] == point[0] == after[0]
    ]
    points = [Point(x, top + band * BAND_M) for x, band in (*corners, corners[0])]
    kept: list[Point] = []
    for start in range(0, len(points) - 1, CHUNK):
        kept += _thinned(points[start : start + CHUNK + 1])[:-1]
    return tuple(kept)


def _thinned(points: list[Point]) -> list[Point]:
    """Douglas-Peucker: the ends, and what lies further than `SMOOTH_M` from the lines between kept points."""
    kept = {0, len(points) - 1}
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        distances = [(_distance(points[index], points[first], points[last]), index) for index in range(first + 1, last)]
        worst, index = max(distances, default=(0.0, first))
        if worst > SMOOTH_M:
            kept.add(index)
            spans += [(first, index), (index, last)]
    return [points[index] for index in sorted(kept)]


def _distance(point: Point, a: Point, b: Point) -> float:
    """From a point to the line through `a` and `b`."""
    length = math.dist(a, b)
    if length == 0:
        return math.dist(point, a)
    return abs((b.x - a.x) * (a.y - point.y) - (a.x - point.x) * (b.y - a.y)) / length


def contains(rings: Iterable[Ring], place: Point) -> bool:
    """Whether the point lies within the rings by the even-odd rule."""
    inside = False
    for ring in rings:
        for a, b in zip(ring, (*ring[1:], ring[0]), strict=True):
            if (a.y > place.y) != (b.y > place.y) and place.x < a.x + (b.x - a.x) * (place.y - a.y) / (b.y - a.y):
                inside = not inside
    return inside
