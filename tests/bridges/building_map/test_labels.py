from hypothesis import given
from hypothesis import strategies as st

from nameplate.bridges.building_map.labels import LARGEST, SMALLEST, place

ROOM = [[(0.0, 0.0), (100.0, 0.0), (100.0, 60.0), (0.0, 60.0)]]


def test_a_name_stands_in_the_middle_without_its_level():
    label = place(ROOM, "L1-ward", "L1")
    assert label is not None
    assert (label.x, label.y, label.size, label.lines) == (50.0, 30.0, LARGEST, ("ward",))


def test_a_long_name_takes_two_lines_and_one_that_fits_nowhere_none():
    label = place(ROOM, "L1-negative-pressure", "L1")
    assert label is not None
    assert label.lines == ("negative-", "pressure")
    assert place(ROOM, "x" * 60, "L1") is None
    assert place([], "x", "L1") is None


def test_what_is_taken_is_not_covered():
    label = place(ROOM, "ward", "L1", [(50.0, 30.0)])
    assert label is not None
    assert abs(label.y - 30) > 9 or abs(label.x - 50) > 9


@given(st.floats(8, 300), st.floats(8, 300), st.text("ab-", min_size=1, max_size=30))
def test_a_label_lies_within_its_room(width, height, name):
    label = place([[(0, 0), (width, 0), (width, height), (0, height)]], name, "L1")
    if label is not None:
        half = max(map(len, label.lines)) * label.size * 0.58 / 2
        assert SMALLEST <= label.size <= LARGEST
        assert half <= label.x <= width - half
        assert 0 < label.y < height
