import math
from itertools import pairwise

import pytest

from nameplate.boot.simulation import Point
from nameplate.entry.demo.fleet import FLEET
from nameplate.entry.demo.ways import SPEED, STAND_OFF_M, Motion, between, legs, motion


def test_a_way_leads_from_stop_to_stop_without_a_gap(floor):
    way = legs(floor, "loading_dock", "sterile_store")
    assert way[0].start == floor.graph.nodes["loading_dock"].at
    assert way[-1].end == floor.graph.nodes["sterile_store"].at
    assert all(one.end == other.start for one, other in pairwise(way))


def test_a_robot_stands_before_a_door_on_the_side_from_which_it_comes(floor):
    (leg,) = (leg for leg in legs(floor, "pharmacy", "corridor_north") if leg.crossing)
    assert leg.crossing is not None
    assert leg.crossing.door == "L1-pharmacy-entrance"
    door = next(door for door in floor.plan.doors if door.id == leg.crossing.door)
    assert (door.side(leg.before), door.side(leg.behind)) == ("L1-pharmacy", "L1-corridor-north")
    assert math.dist(leg.before, leg.behind) == pytest.approx(2 * STAND_OFF_M)


def test_every_robot_can_make_its_rounds_with_one_door_a_lane(floor):
    for member in FLEET:
        stops = (member.start, *member.rounds, member.rounds[0])
        for start, end in pairwise(stops):
            assert start == end or legs(floor, start, end)


def test_to_where_it_stands_no_robot_has_to_go(floor):
    assert legs(floor, "lab", "lab") == ()


def test_a_movement_takes_its_time_and_ends():
    walk = motion(Point(0, 0), Point(SPEED, 0), 100.0)
    assert [walk.at(now).x for now in (99.0, 100.0, 100.5, 101.0, 200.0)] == [0, 0, SPEED / 2, SPEED, SPEED]


def test_standing_still_is_a_movement_too():
    assert Motion(Point(1, 2), Point(1, 2), 0.0, 0.0).at(5.0) == Point(1, 2)


def test_half_way_is_half_way():
    assert between(Point(0, 4), Point(2, 0), 0.5) == Point(1, 2)
