import pytest

from nameplate.domain.index.doors import Passage
from nameplate.domain.places import Door, Reader
from nameplate.domain.verdicts import Reason

IN, OUT = Reader("r1", "a"), Reader("r2", "b")


def ways(door: Door, reader: str | None = None, last_zone: str = "") -> list[tuple[str | None, str]]:
    return [(way.side, way.target) for way in Passage(door).ways(reader, last_zone)]


def door(*readers: Reader, joins: tuple[str, str] = ("a", "b")) -> Door:
    return Door("d", "clinic", joins, readers)


def test_the_side_of_the_reader_gives_the_direction_wherever_the_actor_was_last() -> None:
    for last_zone in ("", "a", "b", "c"):
        assert ways(door(IN, OUT), "r1", last_zone) == [("a", "zone:b")]
        assert ways(door(IN, OUT), "r2", last_zone) == [("b", "zone:a")]


@pytest.mark.parametrize("reader", ["r3", "", "R1", "a"])
def test_a_reader_that_the_door_does_not_have_leads_nowhere(reader: str) -> None:
    assert ways(door(IN, OUT), reader, "a") == []


def test_a_reader_on_a_side_that_the_door_does_not_join_leads_nowhere() -> None:
    lost = door(Reader("r1", "c"))
    assert ways(lost, "r1") == []
    assert ways(lost, None, "a") == []


def test_without_a_reader_the_only_one_is_used() -> None:
    assert ways(door(IN), None, "b") == [("a", "zone:b")]


def test_without_a_reader_among_several_the_last_zone_tells() -> None:
    assert ways(door(IN, OUT), None, "b") == [("b", "zone:a")]


@pytest.mark.parametrize("readers", [(), (IN, OUT)])
def test_where_nothing_tells_both_sides_are_judged_and_none_is_inside(readers: tuple[Reader, ...]) -> None:
    assert ways(door(*readers), None, "c") == [(None, "zone:a"), (None, "zone:b")]


def test_of_two_readers_with_one_name_the_first_counts() -> None:
    assert ways(door(IN, Reader("r1", "b")), "r1") == [("a", "zone:b")]


def test_a_door_within_one_zone_leads_back_into_it() -> None:
    assert ways(door(IN, joins=("a", "a")), "r1") == [("a", "zone:a")]


def test_the_verdicts_of_a_public_zone_name_the_zone_and_no_contract() -> None:
    (way,) = Passage(door(IN)).ways("r1", "")
    assert (way.public_permit.permit, way.public_permit.reason, way.public_permit.target) == (
        True,
        Reason.PUBLIC_ZONE,
        "zone:b",
    )
    assert (way.public_refusal.permit, way.public_refusal.reason) == (False, Reason.PRESENCE)
    assert way.public_permit.contract == way.public_refusal.contract == ""
