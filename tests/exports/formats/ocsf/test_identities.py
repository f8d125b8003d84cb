import pytest

from nameplate.exports.formats.ocsf.identities import device, door, kind_of, ordered_by, user


def test_a_unit_is_taken_apart_into_its_nameplate() -> None:
    assert device("amr-17", "Robot", "Acme/T3/T3-00417") == {
        "uid": "Acme/T3/T3-00417",
        "type_id": 99,
        "type": "Robot",
        "name": "amr-17",
        "vendor_name": "Acme",
        "model": "T3",
        "hw_info": {"serial_number": "T3-00417", "vendor_name": "Acme"},
    }


@pytest.mark.parametrize("unit", ["Acme", "A/B", "A/B/C/D"])
def test_a_unit_that_cannot_be_taken_apart_is_given_whole(unit: str) -> None:
    assert device("", "Robot", unit) == {"uid": unit, "type_id": 99, "type": "Robot"}


def test_without_a_unit_there_is_no_device() -> None:
    assert device("bot-1", "Bot", "") == {}


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        ({"unit": "A/B/C", "resource": "door:1"}, "Robot"),
        ({"unit": "A/B/C", "door": "1"}, "Robot"),
        ({"unit": "A/B/C", "resource": "node:1"}, "Machine"),
        ({"unit": "A/B/C"}, "Machine"),
        ({"resource": "door:1"}, "Non-human actor"),
        ({"unit": 7, "resource": "door:1"}, "Non-human actor"),
    ],
)
def test_no_more_is_said_of_an_actor_than_its_record_shows(record: dict[str, object], kind: str) -> None:
    assert kind_of(record) == kind


def test_without_an_actor_the_user_is_unknown() -> None:
    assert user("", "Robot") == {"name": "unknown", "type_id": 0, "type": "Unknown"}
    assert user("amr-17", "Robot")["type"] == "Robot"


@pytest.mark.parametrize(
    ("by", "name", "type_id"),
    [
        ("uid:0", "uid:0", 2),
        ("uid:1000", "uid:1000", 1),
        ("system", "system", 3),
        ("point:p1", "point:p1", 99),
        ("unit:amr-17", "amr-17", 99),
        ("uid:", "uid:", 0),
        ("root", "root", 0),
        ("", "unknown", 0),
        (7, "unknown", 0),
    ],
)
def test_who_gave_an_order_is_told_apart(by: object, name: str, type_id: int) -> None:
    who = ordered_by({"by": by})["user"]
    assert (who["name"], who["type_id"]) == (name, type_id)


def test_a_door_is_where_it_happened_and_else_the_point() -> None:
    assert door({"door": "L1", "point": "p1"})["uid"] == "door:L1"
    assert door({"point": "p1"})["uid"] == "point:p1"
    assert door({})["uid"] == "point:unknown"
