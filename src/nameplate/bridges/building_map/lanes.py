"""The lanes of a map as a graph that knows which doors a robot crosses on its way, and from which side."""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import permutations
from typing import NamedTuple

from nameplate.bridges.building_map.ids import on_level
from nameplate.bridges.building_map.model import Building, Level, Point, Segment
from nameplate.bridges.building_map.plan import Plan, ZoneDoor
from nameplate.bridges.building_map.zones import derive_zones

LIFT_RIDE_M = 20.0
"""What a ride counts as in metres when routes are compared: a way on the same level wins if it is not much longer."""


class Node(NamedTuple):
    """A stop or junction. `id` is its name where that is unique in the building, else `<level>#<vertex>`."""

    id: str
    name: str
    level: str
    at: Point
    charger: bool


class Crossing(NamedTuple):
    """A door on the way: from zone `side` into zone `beyond`; both empty for a door not in the plan."""

    door: str
    side: str
    beyond: str


class Edge(NamedTuple):
    """One direction of a lane, or of a lift ride (`lift` names it); `metres` long, with the doors in order."""

    start: str
    end: str
    metres: float
    crossings: tuple[Crossing, ...]
    lift: str


class Route(NamedTuple):
    """A way through the graph: its nodes from first to last, and everything crossed in order."""

    nodes: tuple[str, ...]
    metres: float
    crossings: tuple[Crossing, ...]


@dataclass(frozen=True, slots=True)
class LaneGraph:
    """All nodes by id, and the edges that leave each."""

    nodes: Mapping[str, Node]
    edges: Mapping[str, tuple[Edge, ...]]

    def route(self, start: str, end: str) -> Route | None:
        """The shortest way between two nodes (Dijkstra); None where there is none. `KeyError` for an unknown id."""
        best: dict[str, tuple[float, Edge | None]] = {self.nodes[start].id: (0.0, None)}
        waiting = [(0.0, start)]
        while waiting and waiting[0][1] != self.nodes[end].id:
            metres, here = heapq.heappop(waiting)
            for edge in self.edges[here]:
                there = metres + edge.metres
                if there < best.get(edge.end, (math.inf, None))[0]:
                    best[edge.end] = (there, edge)
                    heapq.heappush(waiting, (there, edge.end))
        return _traced(best, end) if end in best else None


def _traced(best: Mapping[str, tuple[float, Edge | None]], end: str) -> Route:
    edges: list[Edge] = []
    edge = best[end][1]
    while edge:
        edges.append(edge)
        edge = best[edge.start][1]
    edges.reverse()
    nodes = (*(edge.start for edge in edges), end)
    return Route(nodes, best[end][0], tuple(crossing for edge in edges for crossing in edge.crossings))


Keyed = Mapping[tuple[str, int], Node]


def lane_graph(building: Building, plan: Plan | None = None, graph: int | None = None) -> LaneGraph:
    """The lanes of all levels, joined by lifts. `plan` saves deriving it again; `graph` keeps one graph of several."""
    plan = plan or derive_zones(building)
    nodes = _nodes(building)
    edges = [*_lanes(building, plan, nodes, graph), *_rides(building, nodes)]
    leaving: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        leaving[edge.start].append(edge)
    ends = {end for edge in edges for end in (edge.start, edge.end)}
    used = {node.id: node for node in nodes.values() if node.id in ends}
    return LaneGraph(used, {node: tuple(leaving[node]) for node in used})


def _nodes(building: Building) -> Keyed:
    names = Counter(vertex.name for level in building.levels for vertex in level.vertices)
    nodes = {}
    for level in building.levels:
        for index, vertex in enumerate(level.vertices):
            unique = vertex.name and names[vertex.name] == 1 and "#" not in vertex.name
            own = vertex.name if unique else f"{level.name}#{index}"
            nodes[level.name, index] = Node(own, vertex.name, level.name, vertex.at, vertex.charger)
    return nodes


def _lanes(building: Building, plan: Plan, nodes: Keyed, graph: int | None) -> Iterator[Edge]:
    known = {door.id: door for door in plan.doors}
    for level in building.levels:
        for lane in level.lanes:
            if graph is not None and lane.graph != graph:
                continue
            ways = [(lane.start, lane.end), (lane.end, lane.start)] if lane.both_ways else [(lane.start, lane.end)]
            for one, other in ways:
                start, end = nodes[level.name, one], nodes[level.name, other]
                crossings = tuple(_crossings(level, Segment(start.at, end.at), known))
                yield Edge(start.id, end.id, math.dist(start.at, end.at), crossings, "")


def _crossings(level: Level, way: Segment, known: Mapping[str, ZoneDoor]) -> Iterator[Crossing]:
    met = [(share, door.name) for door in level.doors if door.name and (share := _share(way, door.line)) is not None]
    for _, name in sorted(met):
        door = known.get(on_level(level.name, name))
        side = door.side(way.a) if door else ""
        yield Crossing(on_level(level.name, name), side, _beyond(door, side) if door else "")


def _beyond(door: ZoneDoor, side: str) -> str:
    return door.behind if side == door.ahead else door.ahead


def _share(way: Segment, line: Segment) -> float | None:
    """How far along the way it meets the line, over 0 up to 1; None if it does not.

    A way that begins in the doorway does not cross: the one that ended there did. So each crossing counts once.
    """
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = *way, *line
    turn = (bx - ax) * (dy - cy) - (by - ay) * (dx - cx)
    if turn == 0:
        return None
    along = ((cx - ax) * (dy - cy) - (cy - ay) * (dx - cx)) / turn
    across = ((cx - ax) * (by - ay) - (cy - ay) * (bx - ax)) / turn
    return along if 0 < along <= 1 and 0 <= across <= 1 else None


def _rides(building: Building, nodes: Keyed) -> Iterator[Edge]:
    """Both directions between every two levels on which a lift has a cabin vertex."""
    stops: dict[str, list[Node]] = defaultdict(list)
    for level in building.levels:
        for index, vertex in enumerate(level.vertices):
            if vertex.lift:
                stops[vertex.lift].append(nodes[level.name, index])
    for lift, landings in sorted(stops.items()):
        for one, other in permutations(landings, 2):
            yield Edge(one.id, other.id, LIFT_RIDE_M, (), lift)
