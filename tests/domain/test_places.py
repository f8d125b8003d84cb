import pytest

from nameplate.domain.places import Door, Reader

DOOR = Door("d", "clinic", ("corridor", "pharmacy"), (Reader("r1", "corridor"), Reader("r2", "pharmacy")))


def test_beyond_each_side_lies_the_other():
    assert DOOR.beyond("corridor") == "pharmacy"
    assert DOOR.beyond("pharmacy") == "corridor"


def test_beyond_the_sides_of_a_door_within_one_zone_lies_that_zone():
    assert Door("d", "s", ("hall", "hall")).beyond("hall") == "hall"


@pytest.mark.parametrize(("asked", "side"), [("r1", "corridor"), ("r2", "pharmacy")])
def test_a_reader_is_found_by_its_name(asked, side):
    assert DOOR.reader(asked) == Reader(asked, side)


@pytest.mark.parametrize("asked", ["", "r3", "R1", "r1 "])
def test_no_other_name_finds_a_reader(asked):
    assert DOOR.reader(asked) is None
