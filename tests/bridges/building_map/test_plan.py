from nameplate.bridges.building_map.model import Point, Segment
from nameplate.bridges.building_map.plan import ZoneDoor, offset
from nameplate.bridges.building_map.reader import read_building
from nameplate.bridges.building_map.zones import derive_zones
from tests.bridges.building_map.sketch import Sketch

LINE = Segment(Point(0, 0), Point(2, 0))


def test_the_offset_is_in_metres_and_signed() -> None:
    assert offset(LINE, Point(5, 3)) == 3
    assert offset(LINE, Point(5, -3)) == -3


def test_a_door_knows_on_which_side_a_place_lies() -> None:
    door = ZoneDoor("d", "d", "sliding", "L1", LINE, ahead="hall", behind="court")
    assert door.side(Point(1, 1)) == "hall"
    assert door.side(Point(1, -1)) == "court"
    assert door.joins == ("court", "hall")


def test_a_place_is_in_its_zone_on_its_level_only() -> None:
    drawing = Sketch().room(0, 0, 4, 4).room(6, 0, 9, 4).door("lab", (1, 4), (2, 4))
    plan = derive_zones(read_building(drawing.text()))
    assert plan.zone_at("L1", Point(2, 2)) == "L1-lab"
    assert plan.zone_at("L1", Point(5, 2)) == "L1-outside"
    assert plan.zone_at("L1", Point(7, 2)) is None
    assert plan.zone_at("L2", Point(2, 2)) is None
    assert plan.zone_at("L1", Point(999, 2)) is None
