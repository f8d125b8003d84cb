import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.bridges.building_map.model import Point, Segment
from nameplate.bridges.building_map.spaces import HALF_WALL_M, OUTSIDE, enclosed
from nameplate.domain.errors import Invalid


def loop(*places: tuple[float, float]) -> list[Segment]:
    points = [Point(*place) for place in places]
    return [Segment(a, b) for a, b in zip(points, [*points[1:], points[0]], strict=True)]


SQUARE = loop((0, 0), (4, 0), (4, 4), (0, 4))


def test_a_closed_loop_encloses_a_space() -> None:
    spaces = enclosed(SQUARE)
    assert spaces.at(Point(2, 2)) == 1
    assert spaces.at(Point(-0.5, 2)) == OUTSIDE
    assert spaces.at(Point(0, 2)) is None
    assert spaces.at(Point(99, 99)) is None
    assert spaces.areas[1] == pytest.approx((4 - 2 * HALF_WALL_M) ** 2, abs=0.5)


def test_a_loop_with_a_gap_encloses_nothing() -> None:
    spaces = enclosed([*SQUARE[1:], Segment(Point(0, 0), Point(3.5, 0))])
    assert spaces.at(Point(2, 2)) == OUTSIDE


def test_a_gap_of_careless_drawing_is_closed() -> None:
    spaces = enclosed([*SQUARE[1:], Segment(Point(0.04, 0.03), Point(3.96, 0))])
    assert spaces.at(Point(2, 2)) == 1


def test_walls_that_cross_without_a_common_vertex_part_four_spaces() -> None:
    cross = [Segment(Point(2, -1), Point(2, 5)), Segment(Point(-1, 2), Point(5, 2))]
    spaces = enclosed([*SQUARE, *cross])
    quarters = {spaces.at(Point(x, y)) for x in (1, 3) for y in (1, 3)}
    assert len(quarters) == 4
    assert OUTSIDE not in quarters


@given(st.floats(0, math.tau), st.floats(-50, 50), st.floats(-50, 50))
def test_a_room_is_closed_at_any_angle_and_place(turn: float, x: float, y: float) -> None:
    corners = [
        (math.cos(turn + quarter * math.pi / 2) * 2 + x, math.sin(turn + quarter * math.pi / 2) * 2 + y)
        for quarter in range(4)
    ]
    spaces = enclosed(loop(*corners))
    assert spaces.at(Point(x, y)) not in (None, OUTSIDE)


def test_the_order_and_direction_of_lines_change_nothing() -> None:
    lines = [*SQUARE, Segment(Point(2, 0), Point(2, 4))]
    assert enclosed(lines) == enclosed([Segment(line.b, line.a) for line in reversed(lines)])


def test_no_lines_enclose_nothing() -> None:
    assert enclosed([]).at(Point(0, 0)) is None
    assert enclosed([], [Point(0, 0)]).at(Point(0, 0)) == OUTSIDE


def test_more_wall_than_a_building_has_is_refused() -> None:
    with pytest.raises(Invalid, match="more metres of wall"):
        enclosed([Segment(Point(x, 0), Point(x, 1900)) for x in range(40)])
