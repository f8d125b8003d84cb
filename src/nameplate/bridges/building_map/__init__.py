"""Buildings from Open-RMF building maps: zones, doors and lanes for policy, and a plan to draw."""

from nameplate.bridges.building_map.lanes import Crossing, Edge, LaneGraph, Node, Route, lane_graph
from nameplate.bridges.building_map.manifests import manifests, to_yaml
from nameplate.bridges.building_map.model import Building, Door, Lane, Level, Lift, Point, Problem, Segment, Vertex
from nameplate.bridges.building_map.plan import Landing, Plan, Zone, ZoneDoor, ZoneLift
from nameplate.bridges.building_map.reader import read_building
from nameplate.bridges.building_map.zones import derive_zones

__all__ = [
    "Building",
    "Crossing",
    "Door",
    "Edge",
    "Landing",
    "Lane",
    "LaneGraph",
    "Level",
    "Lift",
    "Node",
    "Plan",
    "Point",
    "Problem",
    "Route",
    "Segment",
    "Vertex",
    "Zone",
    "ZoneDoor",
    "ZoneLift",
    "derive_zones",
    "lane_graph",
    "manifests",
    "read_building",
    "to_yaml",
]
