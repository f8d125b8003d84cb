import pytest

from nameplate.bridges.building_map.model import Point
from nameplate.bridges.building_map.reader import read_building
from nameplate.domain.errors import Invalid
from tests.bridges.building_map.sketch import Sketch


def lift(**changes: object) -> dict[str, object]:
    """A cabin of 2 by 3 metres at (10, 10) metres whose door is in its front."""
    door = {"door_type": 2, "motion_axis_orientation": 0, "width": 1.4, "x": 0, "y": 1.5}
    facts: dict[str, object] = {
        "depth": 3,
        "width": 2,
        "yaw": 0,
        "x": 200,
        "y": 200,
        "doors": {"front": door},
        "level_doors": {"L1": ["front"]},
        "reference_floor_name": "L1",
    }
    return facts | changes


def near(point: Point) -> tuple[float, float]:
    return round(point.x, 6), round(point.y, 6)


def test_a_cabin_stands_on_its_reference_floor_with_its_door_to_the_front() -> None:
    (found,) = read_building(Sketch().text(lifts={"north": lift()})).lifts
    (cabin,) = found.cabins
    assert {near(corner) for corner in cabin.corners} == {(9, 8.5), (11, 8.5), (9, 11.5), (11, 11.5)}
    assert [(door.name, near(door.line.a), near(door.line.b)) for door in cabin.doors] == [
        ("front", (9.3, 8.5), (10.7, 8.5))
    ]


def test_a_cabin_turns_with_its_yaw() -> None:
    (found,) = read_building(Sketch().text(lifts={"north": lift(yaw=3.14159265359)})).lifts
    assert found.cabins[0].doors[0].line.middle.y == pytest.approx(11.5)


def test_a_door_at_the_side_opens_to_the_side() -> None:
    doors = {"side": {"width": 1.4, "x": 1.0, "y": 0}}
    (found,) = read_building(Sketch().text(lifts={"n": lift(doors=doors, level_doors={"L1": ["side"]})})).lifts
    line = found.cabins[0].doors[0].line
    assert {near(line.a), near(line.b)} == {(11, 9.3), (11, 10.7)}


def test_the_cabin_vertex_of_a_level_places_the_cabin_there() -> None:
    drawing = Sketch()
    drawing.vertex((3, 4), lift_cabin=[1, "north"])
    (found,) = read_building(drawing.text(lifts={"north": lift(reference_floor_name="L9")})).lifts
    assert near(found.cabins[0].doors[0].line.middle) == (3, 2.5)


def test_only_doors_that_serve_the_level_open_there() -> None:
    (found,) = read_building(Sketch().text(lifts={"north": lift(level_doors={"L1": []})})).lifts
    assert found.cabins[0].doors == ()


@pytest.mark.parametrize("changes", [{"level_doors": {"L9": ["front"]}}, {"reference_floor_name": "L9"}])
def test_a_lift_that_stands_nowhere_is_reported(changes: dict[str, object]) -> None:
    building = read_building(Sketch().text(lifts={"north": lift(**changes)}))
    assert building.lifts[0].cabins == ()
    assert [(problem.severity, problem.where) for problem in building.problems] == [("note", "north")]


@pytest.mark.parametrize(
    "changes", [{"width": "wide"}, {"yaw": None}, {"doors": [1]}, {"level_doors": {"L1": "front"}}]
)
def test_a_malformed_lift_is_refused_with_its_place(changes: dict[str, object]) -> None:
    with pytest.raises(Invalid, match=r"^map\.lifts\.north"):
        read_building(Sketch().text(lifts={"north": lift(**changes)}))
