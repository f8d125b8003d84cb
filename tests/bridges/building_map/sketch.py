"""Small building maps, drawn by a test in a line or two."""

from collections.abc import Sequence
from itertools import pairwise

import yaml

UNITS_PER_METRE = 20

Place = tuple[float, float]


class Sketch:
    """One level drawn in metres, written at 20 units to the metre."""

    def __init__(self) -> None:
        self.vertices: list[list[object]] = []
        self.edges: dict[str, list[list[object]]] = {"walls": [], "doors": [], "lanes": [], "measurements": []}
        self.measure((0, 0), (10, 0), 10)

    def vertex(self, at: Place, name: str = "", **facts: list[object]) -> int:
        self.vertices.append([at[0] * UNITS_PER_METRE, at[1] * UNITS_PER_METRE, 0, name, facts])
        return len(self.vertices) - 1

    def edge(self, kind: str, a: Place, b: Place, **facts: list[object]) -> "Sketch":
        self.edges[kind].append([self.vertex(a), self.vertex(b), facts])
        return self

    def wall(self, *places: Place) -> "Sketch":
        for a, b in pairwise(places):
            self.edge("walls", a, b)
        return self

    def room(self, left: float, top: float, right: float, bottom: float) -> "Sketch":
        return self.wall((left, top), (right, top), (right, bottom), (left, bottom), (left, top))

    def door(self, name: str, a: Place, b: Place) -> "Sketch":
        return self.edge("doors", a, b, name=[1, name], type=[1, "sliding"])

    def measure(self, a: Place, b: Place, metres: float) -> "Sketch":
        return self.edge("measurements", a, b, distance=[3, metres])

    def place(self, name: str, at: Place) -> "Sketch":
        self.vertex(at, name)
        return self

    def lanes(self, stops: Sequence[tuple[str, Place]], *, both_ways: bool = True) -> "Sketch":
        ends = [self.vertex(at, name) for name, at in stops]
        for a, b in pairwise(ends):
            self.edges["lanes"].append([a, b, {"bidirectional": [4, both_ways], "graph_idx": [2, 0]}])
        return self

    def level(self) -> dict[str, object]:
        return {"elevation": 0, "vertices": self.vertices, **self.edges}

    def text(self, **root: object) -> str:
        return yaml.safe_dump({"name": "sketch", "levels": {"L1": self.level()}, **root})
