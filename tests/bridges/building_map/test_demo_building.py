"""The building of the demonstration is a whole one: no problem, and every destination is reached through its doors."""

import pytest

from nameplate.bridges.building_map.lanes import LaneGraph, lane_graph
from nameplate.bridges.building_map.model import Building, Segment
from nameplate.bridges.building_map.plan import Plan
from nameplate.bridges.building_map.reader import read_building
from nameplate.bridges.building_map.zones import derive_zones

ROOMS = [
    "airlock",
    "charging-bay",
    "kitchen",
    "lab",
    "linen-store",
    "loading-dock",
    "lobby",
    "pharmacy",
    "server-room",
    "staff-room",
    "sterile-store",
    "ward-a",
    "ward-b",
    "waste-room",
    "workshop",
]


@pytest.fixture(scope="module")
def building(hospital_text: str) -> Building:
    return read_building(hospital_text)


@pytest.fixture(scope="module")
def plan(building: Building) -> Plan:
    return derive_zones(building)


@pytest.fixture(scope="module")
def graph(building: Building, plan: Plan) -> LaneGraph:
    return lane_graph(building, plan)


def test_it_has_its_rooms_and_no_problem(plan: Plan) -> None:
    assert plan.problems == ()
    names = [*ROOMS, "corridor-north", "corridor-south", "outside"]
    assert [zone.id for zone in plan.zones] == sorted(f"L1-{name}" for name in names)
    assert len(plan.doors) == 20


def test_it_is_as_large_as_it_says(building: Building) -> None:
    corners = [point for wall in building.levels[0].walls for point in wall]
    assert (max(point.x for point in corners), max(point.y for point in corners)) == (46, 28)


def test_every_destination_is_reached_through_its_door(graph: LaneGraph, plan: Plan) -> None:
    for node in graph.nodes.values():
        if not node.name:
            continue
        route = graph.route("charging_bay_1", node.id)
        assert route is not None
        zone = plan.zone_at("L1", node.at)
        assert not route.crossings or route.crossings[-1].beyond == zone
        for one, other in zip(route.crossings, route.crossings[1:], strict=False):
            assert one.beyond == other.side


def test_sterile_goods_pass_the_airlock(graph: LaneGraph) -> None:
    route = graph.route("loading_dock", "sterile_store")
    assert route is not None
    assert [crossing.door for crossing in route.crossings] == [
        "L1-loading-dock-entrance",
        "L1-corridor-fire-door",
        "L1-airlock-outer",
        "L1-airlock-inner",
    ]


def test_doors_for_people_are_on_no_lane(graph: LaneGraph, plan: Plan) -> None:
    crossed = {crossing.door for edges in graph.edges.values() for edge in edges for crossing in edge.crossings}
    assert {door.id for door in plan.doors} - crossed == {
        "L1-main-entrance",
        "L1-waste-gate",
        "L1-kitchen-delivery",
        "L1-staff-room-entrance",
        "L1-linen-store-entrance",
    }


def test_no_lane_runs_through_a_wall(building: Building) -> None:
    (level,) = building.levels
    for lane in level.lanes:
        way = Segment(level.vertices[lane.start].at, level.vertices[lane.end].at)
        assert not any(crosses(way, wall) for wall in level.walls)


def crosses(one: Segment, other: Segment) -> bool:
    def turn(line: Segment, place: tuple[float, float]) -> float:
        return (line.b.x - line.a.x) * (place[1] - line.a.y) - (line.b.y - line.a.y) * (place[0] - line.a.x)

    return turn(one, other.a) * turn(one, other.b) < 0 and turn(other, one.a) * turn(other, one.b) < 0
