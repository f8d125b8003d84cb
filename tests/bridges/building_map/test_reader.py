import math

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nameplate.bridges.building_map.model import Building, Point
from nameplate.bridges.building_map.reader import read_building
from nameplate.bridges.building_map.zones import derive_zones
from nameplate.domain.errors import Invalid
from nameplate.domain.names import is_id
from tests.bridges.building_map.sketch import Sketch


def test_the_clinic_has_the_figures_that_its_authors_drew(clinic: Building) -> None:
    building = clinic
    assert [level.name for level in building.levels] == ["L1", "L2"]
    assert [len(level.doors) for level in building.levels] == [76, 56]
    assert [len(level.lanes) for level in building.levels] == [91, 78]
    assert [len(level.walls) for level in building.levels] == [360, 259]
    assert [lift.name for lift in building.lifts] == ["lift_1", "lift_2", "lift_24", "lift_25"]
    assert [level.elevation for level in building.levels] == [0.0, 10.0]
    assert building.problems == ()
    assert all(math.isclose(level.scale, 0.026922, rel_tol=1e-4) for level in building.levels)


def test_a_map_is_read_in_metres() -> None:
    building = read_building(Sketch().room(0, 0, 8, 6).door("lab", (0, 2), (0, 3)).place("desk", (4, 3)).text())
    (level,) = building.levels
    assert level.scale == 0.05
    assert level.walls[0] == (Point(0, 0), Point(8, 0))
    assert (level.doors[0].name, level.doors[0].kind, level.doors[0].line) == ("lab", "sliding", ((0, 2), (0, 3)))
    assert [vertex.at for vertex in level.vertices if vertex.name == "desk"] == [(4, 3)]


def test_what_a_vertex_is_for_is_read() -> None:
    drawing = Sketch()
    drawing.vertex((1, 1), "dock", is_charger=[4, True], is_parking_spot=[4, False], lift_cabin=[1, "north"])
    dock = next(vertex for vertex in read_building(drawing.text()).levels[0].vertices if vertex.name)
    assert (dock.charger, dock.parking, dock.holding, dock.lift) == (True, False, False, "north")


def test_metres_that_grow_upwards_are_turned_downwards() -> None:
    drawing = Sketch().place("desk", (1, 2))
    building = read_building(drawing.text(coordinate_system="cartesian_meters"))
    assert building.levels[0].scale == 1.0
    assert building.levels[0].vertices[-1].at == (20, -40)


@pytest.mark.parametrize("system", ["wgs84", "web_mercator", "moon"])
def test_coordinates_on_the_globe_are_refused_with_a_remedy(system: str) -> None:
    with pytest.raises(Invalid, match=system) as refused:
        read_building(Sketch().text(coordinate_system=system))
    assert refused.value.code == "building_map.coordinates"
    assert "cartesian_meters" in refused.value.remedy


def test_a_contradictory_scale_leaves_the_level_out_until_it_is_given() -> None:
    text = Sketch().measure((0, 0), (10, 0), 12).door("lab", (0, 2), (0, 3)).text()
    building = read_building(text)
    assert building.levels == ()
    assert "disagree" in building.problems[0].what
    again = read_building(text, scale=0.05)
    assert again.levels[0].scale == 0.05
    assert again.problems == ()


@pytest.mark.parametrize("scale", [0.0, -1.0, math.nan, math.inf])
def test_a_given_scale_must_be_positive(scale: float) -> None:
    with pytest.raises(Invalid) as refused:
        read_building(Sketch().text(), scale=scale)
    assert refused.value.code == "building_map.scale"


@pytest.mark.parametrize(("scale", "what"), [(0.0005, "metres wide"), (5.0, "metres wide"), (500.0, "metres across")])
def test_a_scale_that_makes_an_absurd_building_is_reported(scale: float, what: str) -> None:
    text = Sketch().room(0, 0, 8, 6).door("lab", (0, 2), (0, 3)).text()
    building = read_building(text, scale=scale)
    assert building.levels == ()
    assert what in building.problems[0].what


def test_doors_that_policy_cannot_name_are_reported() -> None:
    building = read_building(Sketch().door("", (0, 2), (0, 3)).door("dot", (5, 5), (5, 5)).text())
    assert [problem.what for problem in building.problems] == ["a door without a name", "a door without width"]
    assert [problem.where for problem in building.problems] == ["doors[0]", "dot"]
    assert [door.name for door in building.levels[0].doors] == [""]


@pytest.mark.parametrize(
    "root",
    [
        {"levels": {}},
        {"levels": []},
        {"levels": {"L1": {"vertices": "many"}}},
        {"levels": {"L1": {"vertices": [[1]]}}},
        {"levels": {"L1": {"vertices": [["x", 1]]}}},
        {"levels": {"L1": {"vertices": [[1, 1, 0, "a\nb"]]}}, "coordinate_system": "cartesian_meters"},
        {"levels": {"L1": {"vertices": [[math.inf, 1]]}}},
        {"levels": {"L1": {"vertices": [], "measurements": [[0, 1, {}]]}}},
        {"levels": {"L1": {"walls": [[0, 1, {}]]}}, "coordinate_system": "cartesian_meters"},
        {"levels": {"L1": {"doors": [[-1, 0, {}]], "vertices": [[0, 0]]}}, "coordinate_system": "cartesian_meters"},
        {"levels": {"L1": {"lanes": [[0, 1.5, {}]], "vertices": [[0, 0]]}}, "coordinate_system": "cartesian_meters"},
        {
            "levels": {"L1": {"doors": [[0, 0, {"name": "x"}]], "vertices": [[0, 0]]}},
            "coordinate_system": "cartesian_meters",
        },
        {"levels": {f"L{number}": {} for number in range(65)}},
        ["levels"],
        None,
    ],
)
def test_a_malformed_map_is_refused_with_its_place(root: object) -> None:
    with pytest.raises(Invalid, match=r"^map"):
        read_building(yaml.safe_dump(root))


PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
TREES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
)
LEVEL = st.fixed_dictionaries(
    {},
    optional={
        "vertices": st.lists(st.lists(st.integers(-9, 9) | PLAIN, min_size=2, max_size=5), max_size=6) | TREES,
        "walls": st.lists(st.lists(st.integers(0, 4) | TREES, max_size=3), max_size=4),
        "doors": st.lists(
            st.tuples(
                st.integers(0, 3), st.integers(0, 3), st.fixed_dictionaries({"name": st.tuples(st.just(1), PLAIN)})
            ).map(lambda door: [*door[:2], {"name": list(door[2]["name"])}]),
            max_size=3,
        ),
        "lanes": TREES,
        "fiducials": TREES,
        "measurements": TREES,
    },
)
MAPS = st.fixed_dictionaries(
    {"levels": st.dictionaries(st.text(max_size=4), LEVEL | TREES, max_size=2) | TREES},
    optional={
        "coordinate_system": st.just("cartesian_meters") | PLAIN,
        "lifts": st.dictionaries(st.text(max_size=4), TREES, max_size=2) | TREES,
        "name": TREES,
    },
)


def assert_read_or_refused(text: str) -> None:
    """Whatever is read gives valid ids and whole doors; whatever is not raises the one documented error."""
    try:
        plan = derive_zones(read_building(text))
    except Invalid:
        return
    zones = {zone.id for zone in plan.zones}
    assert all(map(is_id, zones))
    for door in plan.doors:
        assert is_id(door.id)
        assert set(door.joins) <= zones
        assert len(set(door.joins)) == 2


@given(MAPS | TREES)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_any_structure_is_read_or_refused(root: object) -> None:
    assert_read_or_refused(yaml.safe_dump(root))


@pytest.mark.timeout(600)  # a whole building each time
@given(st.data())
def test_any_damage_to_a_map_is_read_or_refused(hospital_text: str, data: st.DataObject) -> None:
    lines = hospital_text.splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(lines) - 1))
        kind = data.draw(st.sampled_from(["drop", "twice", "character"]))
        if kind == "character":
            column = data.draw(st.integers(0, len(lines[at])))
            lines[at] = (
                lines[at][:column]
                + data.draw(st.sampled_from(list("[]{}:,-&*!|>'\"#9e.\t\n\x00é")))
                + lines[at][column:]
            )
        else:
            lines[at] *= 0 if kind == "drop" else 2
    assert_read_or_refused("".join(lines))
