import random
from collections import Counter

import pytest
import yaml

from nameplate.bridges.building_map.plan import Plan
from nameplate.bridges.building_map.reader import read_building
from nameplate.bridges.building_map.zones import derive_zones
from tests.bridges.building_map.sketch import Sketch


def plan_of(drawing: Sketch, **root: object) -> Plan:
    return derive_zones(read_building(drawing.text(**root)))


def faults(plan: Plan) -> dict[str, str]:
    return {problem.where: problem.what for problem in plan.problems}


def test_a_door_parts_the_two_rooms_beside_it() -> None:
    plan = plan_of(
        Sketch().room(0, 0, 4, 4).room(4, 0, 9, 4).door("gap", (4, 1), (4, 2)).place("a", (1, 1)).place("b", (8, 1))
    )
    assert [(door.id, door.joins) for door in plan.doors] == [("L1-gap", ("L1-a", "L1-b"))]
    assert plan.problems == ()


def test_a_door_in_a_wall_with_a_gap_is_left_out_and_reported() -> None:
    plan = plan_of(Sketch().room(0, 0, 9, 4).wall((4, 0), (4, 3)).door("gap", (4, 1), (4, 2)))
    assert plan.doors == ()
    assert faults(plan) == {"gap": "both sides are the same space"}


def test_a_door_in_no_room_is_left_out_and_reported() -> None:
    plan = plan_of(Sketch().room(0, 0, 4, 4).wall((9, 0), (9, 4)).door("gap", (9, 1), (9, 2)))
    assert (plan.doors, plan.zones) == ((), ())
    assert faults(plan) == {"gap": "it touches no enclosed space"}


def test_a_door_with_a_wall_close_behind_it_is_left_out_and_reported() -> None:
    plan = plan_of(Sketch().room(0, 0, 4, 4).room(4, 0, 4.2, 2).door("gap", (4, 0.5), (4, 1.5)))
    assert plan.doors == ()
    assert faults(plan) == {"gap": "there is no space beside it"}


def test_a_door_within_a_solid_wall_is_left_out_and_reported() -> None:
    drawing = Sketch().room(0, 0, 4, 4).door("gap", (4, 1), (4, 2))
    for step in range(1, 9):
        drawing.wall((4 + step * 0.09, 0), (4 + step * 0.09, 4))
    assert faults(plan_of(drawing)) == {"gap": "there is no space beside it"}


def test_a_way_out_is_noted_unless_a_place_outside_says_that_it_is_meant() -> None:
    drawing = Sketch().room(0, 0, 4, 4).door("gate", (1, 4), (2, 4)).place("yard", (2, 2))
    plan = plan_of(drawing)
    assert [(problem.severity, problem.where) for problem in plan.problems] == [("note", "gate")]
    assert plan.doors[0].joins == ("L1-outside", "L1-yard")
    assert plan_of(drawing.place("street", (2, 9))).problems == ()


def test_doors_that_share_a_name_are_all_left_out() -> None:
    drawing = (
        Sketch().room(0, 0, 4, 4).door("lab 1", (1, 4), (2, 4)).door("lab_1", (1, 0), (2, 0)).door("x", (0, 1), (0, 2))
    )
    plan = plan_of(drawing)
    assert [door.name for door in plan.doors] == ["x"]
    assert faults(plan) == {
        "lab 1": "another door has this name",
        "lab_1": "another door has this name",
        "x": "it leads out of the walls",
    }


def test_doors_that_share_a_name_across_levels_are_left_out() -> None:
    levels = {name: Sketch().room(0, 0, 4, 4).door("lab", (1, 4), (2, 4)).level() for name in ("L1", "L2")}
    plan = derive_zones(read_building(yaml.safe_dump({"levels": levels})))
    assert plan.doors == ()
    assert Counter(problem.level for problem in plan.problems) == {"L1": 1, "L2": 1}


def test_a_door_without_a_name_still_closes_its_room() -> None:
    drawing = (
        Sketch()
        .wall((1, 0), (0, 0), (0, 4), (4, 4), (4, 0), (2, 0))
        .door("", (1, 0), (2, 0))
        .door("lab", (0, 1), (0, 2))
    )
    plan = plan_of(drawing)
    assert [door.joins for door in plan.doors] == [("L1-lab", "L1-outside")]
    assert "a door without a name" in faults(plan).values()


def test_a_name_that_leaves_nothing_for_an_id_is_reported() -> None:
    plan = plan_of(Sketch().room(0, 0, 4, 4).door("薬局", (1, 4), (2, 4)))
    assert plan.doors == ()
    assert faults(plan) == {"薬局": "its name has no letter or digit for an id"}


def test_a_lift_is_a_resource_with_the_zone_before_its_door() -> None:
    drawing = Sketch().room(0, 0, 10, 10).door("hall", (4, 10), (5, 10))
    door = {"width": 1.4, "x": 0, "y": 1.5}
    facts = {"depth": 3, "width": 2, "yaw": 0, "x": 100, "y": 140, "doors": {"front": door}}
    facts |= {"level_doors": {"L1": ["front"]}, "reference_floor_name": "L1"}
    (lift,) = plan_of(drawing, lifts={"north": facts}).lifts
    assert lift.resource == "lift:north"
    assert [(landing.level, landing.door, landing.zone) for landing in lift.landings] == [("L1", "front", "L1-hall")]


def test_nearly_all_doors_of_the_clinic_part_two_zones(clinic_plan: Plan) -> None:
    plan = clinic_plan
    assert Counter(zone.level for zone in plan.zones) == {"L1": 46, "L2": 28}
    assert len(plan.doors) == 127
    outside = {"L1-outside", "L2-outside"}
    assert sum(outside.isdisjoint(door.joins) for door in plan.doors) == 122
    assert {door.name for door in plan.doors if not outside.isdisjoint(door.joins)} == {
        "L1_clinic_a",
        "L1_clinic_b",
        "L1_wc_1",
        "L2_clinic_a",
        "L2_clinic_b",
    }
    assert {problem.where for problem in plan.problems if problem.severity == "error"} == {
        "L1_left_inner",
        "L1_right_inner",
        "L2_left_consult_rm_13_outer",
        "L2_right_inner",
        "m",
    }


def test_the_rooms_of_the_clinic_have_the_names_of_their_doors_and_places(clinic_plan: Plan) -> None:
    plan = clinic_plan
    joins = {door.id: door.joins for door in plan.doors}
    assert joins["L1-left-consult-rm-3-inner"] == ("L1-corridor-1", "L1-left-consult-rm-3")
    assert joins["L1-left-consult-rm-3-outer"] == ("L1-corridor-1", "L1-left-consult-rm-3")
    assert joins["L1-left-counsel-2"] == ("L1-corridor-1", "L1-left-counsel-2")
    assert joins["L1-left-treatment-2"] == ("L1-corridor-1", "L1-left-treatment-1")
    assert [lift.resource for lift in plan.lifts] == ["lift:lift_1", "lift:lift_2", "lift:lift_24", "lift:lift_25"]
    assert [{landing.zone for landing in lift.landings} for lift in plan.lifts] == [
        {"L1-corridor-1", "L2-corridor-1"},
        {"L1-corridor-1", "L2-corridor-1"},
        {"L1-outside", "L2-outside"},
        {"L1-outside", "L2-outside"},
    ]


def test_nine_doors_of_the_clinic_lead_to_no_room(clinic_plan: Plan) -> None:
    """On both sides they have only the hall and what is outside: five lie in a hall, four are its entrances."""
    plan = clinic_plan
    hall = {"L1-outside", "L2-outside", "L1-corridor-1", "L2-corridor-1"}
    entrances = {door.name for door in plan.doors if hall.issuperset(door.joins)}
    inner = {problem.where for problem in plan.problems if problem.severity == "error"}
    assert len(entrances) == 4
    assert len(entrances | inner) == 9
    assert {problem.where for problem in plan.problems} == entrances | inner | {"L1_wc_1"}


def shuffled(text: str, seed: int) -> str:
    """The same map with all lists in another order, vertices renumbered, edges turned round."""
    chance = random.Random(seed)
    root = yaml.load(text, Loader=yaml.CSafeLoader)
    for level in root["levels"].values():
        order = list(range(len(level["vertices"])))
        chance.shuffle(order)
        place = {old: new for new, old in enumerate(order)}
        level["vertices"] = [level["vertices"][old] for old in order]
        for kind in ("walls", "doors", "lanes", "measurements"):
            level[kind] = [[place[a], place[b], facts] for a, b, facts in level.get(kind, [])]
            chance.shuffle(level[kind])
        level["walls"] = [[b, a, facts] for a, b, facts in level["walls"]]
        level["doors"] = [[b, a, facts] for a, b, facts in level["doors"]]
    root["levels"] = dict(reversed(root["levels"].items()))
    return yaml.dump(root, Dumper=yaml.CSafeDumper, sort_keys=False)


@pytest.mark.parametrize("name", ["hospital_text", "clinic_text"])
def test_the_order_of_the_file_changes_nothing(name: str, request: pytest.FixtureRequest) -> None:
    text = request.getfixturevalue(name)
    plan = derive_zones(read_building(text))
    assert derive_zones(read_building(shuffled(text, seed=1))) == plan
