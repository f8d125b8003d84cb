import pytest

from nameplate.domain.manifests.documents import from_document, read_document
from nameplate.domain.places import Door, Reader, Site, Team, Zone


def told(**mapping: object) -> set[str]:
    return {problem.where for problem in read_document(mapping)[1]}


def test_places_are_read():
    assert from_document({"kind": "Site", "id": "clinic"}) == Site("clinic", "UTC")
    assert from_document({"kind": "Zone", "id": "hall", "public": True}, "clinic") == Zone(
        "hall", "clinic", public=True
    )
    assert from_document({"kind": "Zone", "id": "hall", "site": "depot"}, "clinic") == Zone("hall", "depot")
    assert from_document({"kind": "Team", "id": "ops", "escalation": ["mailto:ops@clinic.example"]}) == Team(
        "ops", "", ("mailto:ops@clinic.example",)
    )


def test_a_zone_is_never_public_by_accident():
    assert told(kind="Zone", id="hall", public="yes") == {"public"}
    assert from_document({"kind": "Zone", "id": "hall"}) == Zone("hall", "default", public=False)


def test_a_door_has_two_sides_and_its_readers_stand_on_them():
    door = {
        "kind": "Door",
        "id": "d",
        "joins": ["a", "b"],
        "readers": [{"id": "r1", "side": "a"}, {"id": "r2", "side": "b"}],
    }
    assert from_document(door) == Door("d", "default", ("a", "b"), (Reader("r1", "a"), Reader("r2", "b")))


@pytest.mark.parametrize("joins", [["a"], ["a", "a"], ["a", "b", "c"], [], "ab", None])
def test_a_door_that_does_not_join_two_zones_is_refused(joins):
    assert any(where.startswith("joins") for where in told(kind="Door", id="d", joins=joins))


def test_a_reader_on_no_side_of_the_door_is_refused():
    assert told(kind="Door", id="d", joins=["a", "b"], readers=[{"id": "r", "side": "c"}]) == {"readers[0].side"}
    assert told(kind="Door", id="d", joins=["a", "b"], readers=[{"id": "r"}]) == {"readers[0].side"}
    assert told(kind="Door", id="d", joins=["a", "b"], readers=[{"id": "r", "side": "a", "level": 1}]) == {
        "readers[0].level"
    }


def test_two_readers_of_one_name_are_refused():
    readers = [{"id": "r", "side": "a"}, {"id": "r", "side": "b"}]
    assert told(kind="Door", id="d", joins=["a", "b"], readers=readers) == {"readers"}


@pytest.mark.parametrize("name", ["Europe//Berlin", "../../etc", "Europe/Berlin ", "1", "a/b/c/d"])
def test_what_is_not_shaped_as_a_time_zone_is_refused(name):
    assert told(kind="Site", id="clinic", timezone=name) == {"timezone"}


def test_an_escalation_that_is_no_address_is_refused():
    assert told(kind="Team", id="ops", escalation=["ring the bell"]) == {"escalation[0]"}
