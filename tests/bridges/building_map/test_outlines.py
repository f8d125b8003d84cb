import math

import pytest

from nameplate.bridges.building_map.model import Point, Segment
from nameplate.bridges.building_map.outlines import contains, outlines
from nameplate.bridges.building_map.spaces import OUTSIDE, enclosed


def loop(*places: tuple[float, float]) -> list[Segment]:
    points = [Point(*place) for place in places]
    return [Segment(a, b) for a, b in zip(points, [*points[1:], points[0]], strict=True)]


def area(ring: tuple[Point, ...]) -> float:
    return sum(a.x * b.y - b.x * a.y for a, b in zip(ring, (*ring[1:], ring[0]), strict=True)) / 2


def test_a_rectangle_has_four_corners() -> None:
    spaces = enclosed(loop((0, 0), (4, 0), (4, 3), (0, 3)))
    (ring,) = outlines(spaces, [1])[1]
    assert len(ring) == 4
    assert abs(area(ring)) == pytest.approx(spaces.areas[1])


def test_a_slanted_room_is_drawn_without_stairs() -> None:
    spaces = enclosed(loop((3, 0), (6, 4), (3, 8), (0, 4)))
    (ring,) = outlines(spaces, [1])[1]
    assert len(ring) < 16
    assert abs(area(ring)) == pytest.approx(spaces.areas[1], rel=0.03)


def test_a_court_is_a_hole_in_the_hall_around_it() -> None:
    spaces = enclosed([*loop((0, 0), (9, 0), (9, 9), (0, 9)), *loop((3, 3), (6, 3), (6, 6), (3, 6))])
    rings = outlines(spaces, [1, 2])
    assert len(rings[1]) == 2
    assert contains(rings[1], Point(1, 1))
    assert not contains(rings[1], Point(4, 4))
    assert contains(rings[2], Point(4, 4))


def test_rings_hold_exactly_the_places_of_their_space() -> None:
    circle = [(10 + 5 * math.cos(turn / 20 * math.tau), 10 + 5 * math.sin(turn / 20 * math.tau)) for turn in range(20)]
    spaces = enclosed([*loop(*circle), Segment(Point(5, 9), Point(15, 12))])
    rings = outlines(spaces, range(len(spaces.areas)))
    checked: set[int | None] = set()
    for x in range(9, 40):
        for y in range(9, 40):
            place = Point(x * 0.5, y * 0.5)
            around = {spaces.at(Point(place.x + dx, place.y + dy)) for dx in (-0.1, 0, 0.1) for dy in (-0.1, 0, 0.1)}
            inside = {found for found, outline in rings.items() if contains(outline, place)}
            if len(around) == 1 and None not in around:
                assert inside == around
                checked |= around
    assert checked == {OUTSIDE, 1, 2}


def test_only_wanted_spaces_are_drawn() -> None:
    assert set(outlines(enclosed(loop((0, 0), (4, 0), (4, 3), (0, 3))), [1])) == {1}
