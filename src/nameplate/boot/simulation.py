"""What the demonstration simulates: a floor plan to walk on, and doors that are real but for their steel."""

from typing import NamedTuple

from nameplate.bridges.building_map import (
    Building,
    Crossing,
    LaneGraph,
    Plan,
    Point,
    Segment,
    derive_zones,
    lane_graph,
    read_building,
)

from .doors import SimulatedDoor

__all__ = ["Crossing", "Floor", "LaneGraph", "Plan", "Point", "Segment", "SimulatedDoor", "read_floor"]


class Floor(NamedTuple):
    """A building three times: as drawn, as zones and doors, and as lanes that robots drive on."""

    building: Building
    plan: Plan
    graph: LaneGraph

    @property
    def lane_doors(self) -> tuple[str, ...]:
        """The ids of the doors that lanes lead through, sorted."""
        edges = [edge for leaving in self.graph.edges.values() for edge in leaving]
        return tuple(sorted({crossing.door for edge in edges for crossing in edge.crossings}))


def read_floor(text: str) -> Floor:
    """The floor plan in an Open-RMF building map; raises Invalid for a text that is none."""
    building = read_building(text)
    plan = derive_zones(building)
    return Floor(building, plan, lane_graph(building, plan))
