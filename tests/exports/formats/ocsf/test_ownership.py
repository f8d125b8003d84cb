import pytest

from tests.exports.formats.ocsf.samples import CASES, one


@pytest.mark.parametrize(
    ("state", "severity"), [("offered", "Medium"), ("accepted", "Low"), ("lapsed", "High"), ("ended", "Informational")]
)
def test_each_step_of_a_succession_is_as_severe_as_it_is(state, severity):
    event = one(CASES["sponsorship", state])
    assert (event["activity_name"], event["severity"], event["entity"]["uid"]) == ("Hand over", severity, "amr-17")
    assert event["unmapped"]["state"] == state


def test_people_are_named_by_pseudonym():
    assert one(CASES["sponsorship", "offered"])["unmapped"]["successor"] == "p-0123456789abcdef0123"


def test_a_review_tells_what_was_looked_at():
    assert one(CASES["reviewed", ""])["comment"] == "still carries medication"


def test_junk_makes_an_event_too():
    assert one({"kind": "sponsorship"} | {"state": 7})["message"] == "unknown: unknown"
