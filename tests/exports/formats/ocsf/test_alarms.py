import pytest

from nameplate.exports.formats.ocsf.alarms import alarm
from tests.exports.formats.ocsf.samples import ALARM, errors, one


def test_all_events_of_an_alarm_carry_its_id():
    stages = [one(ALARM | {"state": state}) for state in ("raised", "acknowledged", "cleared")]
    assert [event["activity_name"] for event in stages] == ["Create", "Update", "Close"]
    assert {event["finding_info"]["uid"] for event in stages} == {"alarm-3f2a9c1b"}
    assert [event["status"] for event in stages] == ["New", "In Progress", "Resolved"]
    assert all(event["is_alert"] for event in stages)


def test_who_saw_it_and_what_they_found_goes_along():
    event = one(ALARM | {"state": "acknowledged", "by": "uid:0", "reason": "The wind"})
    assert (event["comment"], event["unmapped"]["by"]) == ("The wind", "uid:0")


@pytest.mark.parametrize(
    "record", [{}, {"state": "odd", "severity": 7, "actor": "amr-1", "unit": 3}, {"severity": "x"}]
)
def test_a_record_that_is_not_whole_is_told_all_the_same(record):
    assert len(alarm(record)) == 1
    assert errors(one({"kind": "alarm"} | record)) == []
