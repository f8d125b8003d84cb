import math

import pytest

from nameplate.bridges.building_map.lanes import LIFT_RIDE_M, Crossing, lane_graph
from nameplate.bridges.building_map.model import Building
from nameplate.bridges.building_map.plan import Plan
from nameplate.bridges.building_map.reader import read_building
from tests.bridges.building_map.sketch import Sketch


@pytest.fixture
def rooms() -> Sketch:
    """Two rooms with a door between, and a door to the outside."""
    drawing = Sketch().room(0, 0, 4, 4).room(4, 0, 9, 4).place("left", (1, 1)).place("right", (8, 1))
    return drawing.door("gap", (4, 1), (4, 3)).door("gate", (9, 1), (9, 3))


def test_a_lane_knows_the_doors_it_crosses_in_order_and_from_which_side(rooms: Sketch) -> None:
    graph = lane_graph(read_building(rooms.lanes([("left_1", (1, 2)), ("z", (12, 2))]).text()))
    there = (Crossing("L1-gap", "L1-left", "L1-right"), Crossing("L1-gate", "L1-right", "L1-outside"))
    back = tuple(Crossing(door, beyond, side) for door, side, beyond in reversed(there))
    (edge,) = graph.edges["left_1"]
    assert (edge.end, edge.metres, edge.lift) == ("z", 11.0, "")
    assert edge.crossings == there
    assert graph.edges["z"][0].crossings == back


def test_a_lane_beside_a_door_does_not_cross_it(rooms: Sketch) -> None:
    graph = lane_graph(read_building(rooms.lanes([("a", (1, 2)), ("b", (3.5, 2)), ("c", (3.5, 3.5))]).text()))
    assert [edge.crossings for edges in graph.edges.values() for edge in edges] == [()] * 4


def test_a_one_way_lane_leads_one_way(rooms: Sketch) -> None:
    graph = lane_graph(read_building(rooms.lanes([("a", (1, 2)), ("b", (8, 2))], both_ways=False).text()))
    assert graph.route("a", "b") is not None
    assert graph.route("b", "a") is None


def test_a_stop_in_the_doorway_counts_the_door_once_in_each_direction(rooms: Sketch) -> None:
    graph = lane_graph(read_building(rooms.lanes([("left_1", (1, 2)), ("mid", (4, 2)), ("right_1", (8, 2))]).text()))
    there, back = graph.route("left_1", "right_1"), graph.route("right_1", "left_1")
    assert there is not None
    assert back is not None
    assert there.crossings == (Crossing("L1-gap", "L1-left", "L1-right"),)
    assert back.crossings == (Crossing("L1-gap", "L1-right", "L1-left"),)


def test_the_shortest_way_wins(rooms: Sketch) -> None:
    drawing = rooms.lanes([("a", (1, 1.5)), ("far", (2, 3.5)), ("b", (3, 1.5))])
    a, b = (next(i for i, v in enumerate(drawing.vertices) if v[3] == name) for name in "ab")
    winding = lane_graph(read_building(drawing.text())).route("a", "b")
    assert winding is not None
    assert winding.nodes == ("a", "far", "b")
    drawing.edges["lanes"].append([a, b, {"bidirectional": [4, True]}])
    direct = lane_graph(read_building(drawing.text())).route("a", "b")
    assert direct is not None
    assert (direct.nodes, direct.metres) == (("a", "b"), 2.0)


def test_a_route_to_where_one_is_has_no_length(rooms: Sketch) -> None:
    route = lane_graph(read_building(rooms.lanes([("a", (1, 2)), ("b", (8, 2))]).text())).route("a", "a")
    assert route is not None
    assert (route.nodes, route.metres, route.crossings) == (("a",), 0.0, ())


def test_an_unknown_stop_is_an_error(rooms: Sketch) -> None:
    graph = lane_graph(read_building(rooms.lanes([("a", (1, 2)), ("b", (8, 2))]).text()))
    for ends in (("a", "nowhere"), ("nowhere", "a")):
        with pytest.raises(KeyError):
            graph.route(*ends)


def test_stops_that_share_a_name_keep_their_own_ids(rooms: Sketch) -> None:
    graph = lane_graph(read_building(rooms.lanes([("a", (1, 2)), ("a", (8, 2))]).text()))
    assert len(graph.nodes) == 2
    assert all(node.startswith("L1#") for node in graph.nodes)


def test_a_door_that_is_not_in_the_plan_is_crossed_without_sides() -> None:
    drawing = Sketch().room(0, 0, 9, 4).wall((4, 0), (4, 3.5)).door("gap", (4, 1), (4, 3))
    graph = lane_graph(read_building(drawing.lanes([("a", (1, 2)), ("b", (8, 2))]).text()))
    assert graph.edges["a"][0].crossings == (Crossing("L1-gap", "", ""),)


def test_one_of_several_graphs_can_be_chosen(rooms: Sketch) -> None:
    building = read_building(rooms.lanes([("a", (1, 2)), ("b", (8, 2))]).text())
    assert lane_graph(building, graph=0).nodes
    assert not lane_graph(building, graph=1).nodes


def test_the_lanes_of_the_clinic_cross_thirteen_doors(clinic: Building, clinic_plan: Plan) -> None:
    graph = lane_graph(clinic, clinic_plan)
    edges = [edge for edges in graph.edges.values() for edge in edges]
    doors = {crossing.door for edge in edges for crossing in edge.crossings}
    assert sum(door.startswith("L1-") for door in doors) == 9
    assert sum(door.startswith("L2-") for door in doors) == 4
    assert sum(not edge.lift for edge in edges) == 2 * 169


def test_a_lift_joins_the_levels_of_the_clinic(clinic: Building, clinic_plan: Plan) -> None:
    route = lane_graph(clinic, clinic_plan).route("L1_left_treatment_1", "L2_north_counter")
    assert route is not None
    assert route.crossings == (Crossing("L1-left-treatment-1", "L1-left-treatment-1", "L1-corridor-1"),)
    assert route.metres > LIFT_RIDE_M
    assert math.isfinite(route.metres)
