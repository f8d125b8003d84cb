from nameplate.bridges.building_map.model import Building, Level, Point, Segment


def test_the_middle_of_a_line_is_half_way() -> None:
    assert Segment(Point(0, 2), Point(4, 0)).middle == Point(2, 1)


def test_a_level_is_found_by_its_name_and_no_other() -> None:
    level = Level("L1", 0.0, 1.0, (), (), (), ())
    building = Building("b", (level,), (), ())
    assert building.level("L1") is level
    assert building.level("L2") is None
