"""From lanes to footsteps: straight pieces of way, each with at most one door, and where a robot is on them."""

import math
from itertools import pairwise
from typing import NamedTuple

from nameplate.boot.simulation import Crossing, Floor, Point, Segment

SPEED = 5.0
"""Metres a second: five times walking pace, so that something happens."""

STAND_OFF_M = 1.3
"""How far before a door its reader hangs."""


class Leg(NamedTuple):
    """One lane on the way to the stop `node`. `before` and `behind` are the places on both sides of its door."""

    node: str
    start: Point
    end: Point
    crossing: Crossing | None = None
    before: Point = Point(0, 0)
    behind: Point = Point(0, 0)


class Motion(NamedTuple):
    """A straight movement from monotonic second `began`, `seconds` long."""

    start: Point
    end: Point
    began: float
    seconds: float

    def at(self, now: float) -> Point:
        """Where it has come to."""
        share = 1.0 if self.seconds <= 0 else min(1.0, max(0.0, (now - self.began) / self.seconds))
        return between(self.start, self.end, share)


def legs(floor: Floor, start: str, end: str) -> tuple[Leg, ...]:
    """The shortest way between two stops; empty where there is none."""
    route = floor.graph.route(start, end)
    return tuple(_leg(floor, one, other) for one, other in pairwise(route.nodes)) if route else ()


def motion(start: Point, end: Point, now: float, speed: float = SPEED) -> Motion:
    """Set out now."""
    return Motion(start, end, now, math.dist(start, end) / speed)


def between(start: Point, end: Point, share: float) -> Point:
    """The point after that share of the way."""
    return Point(start.x + (end.x - start.x) * share, start.y + (end.y - start.y) * share)


def _leg(floor: Floor, start: str, end: str) -> Leg:
    edge = min((edge for edge in floor.graph.edges[start] if edge.end == end), key=lambda edge: edge.metres)
    way = Segment(floor.graph.nodes[start].at, floor.graph.nodes[end].at)
    if not edge.crossings:
        return Leg(end, way.a, way.b)
    # A lane of the demonstration passes at most one door.
    (crossing,) = edge.crossings
    line = next(door.line for door in floor.plan.doors if door.id == crossing.door)
    at, length = _meeting(way, line), math.dist(way.a, way.b)
    step = STAND_OFF_M / length
    before, behind = between(*way, max(0.0, at - step)), between(*way, min(1.0, at + step))
    return Leg(end, way.a, way.b, crossing, before, behind)


def _meeting(way: Segment, line: Segment) -> float:
    """Which share of the way lies before the line that it crosses."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = *way, *line
    return ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / ((bx - ax) * (dy - cy) - (by - ay) * (dx - cx))
