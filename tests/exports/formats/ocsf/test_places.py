from tests.exports.formats.ocsf.samples import CASES, encoded, one


def test_one_order_over_zones_makes_an_event_each():
    events = encoded(CASES["zone_state", "lockdown"] | {"zones": ["pharmacy", "ward-1"]})
    assert [event["entity"]["uid"] for event in events] == ["zone:pharmacy", "zone:ward-1"]
    assert {event["activity_name"] for event in events} == {"Disable"}
    assert len({event["metadata"]["uid"] for event in events}) == 2


def test_a_release_is_no_lockdown():
    event = one(CASES["zone_state", "release"])
    assert (event["activity_name"], event["severity"]) == ("Activate", "Medium")


def test_a_higher_level_is_more_severe():
    levels = [one(CASES["threat", level])["severity_id"] for level in ("normal", "elevated", "high", "severe")]
    assert levels == sorted(levels)
    assert one(CASES["threat", "severe"])["unmapped"] == {"from": "normal", "to": "severe"}
