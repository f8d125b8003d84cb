from nameplate.domain.outcomes import Happening
from nameplate.exports.formats.ocsf.happenings import ALARMS, FAILURES, NOTED
from tests.exports.formats.ocsf.samples import OUTCOME, PASSAGE, errors, one


def test_a_passage_shows_the_unit_and_both_zones() -> None:
    event = one(OUTCOME | PASSAGE | {"happening": "passage"})
    assert event["activity_name"] == "Passage"
    assert event["status"] == "Success"
    assert event["device"]["hw_info"]["serial_number"] == "T3-00417"
    assert event["actor"]["user"]["type"] == "Robot"
    assert event["unmapped"]["from_zone"] == "corridor-north"
    assert event["unmapped"]["to_zone"] == "pharmacy"
    assert event["metadata"]["correlation_uid"] == "01JDD8"


def test_a_forced_door_is_a_finding_about_the_door() -> None:
    event = one(OUTCOME | {"happening": "door_forced", "detail": {"seconds": 4}})
    assert event["finding_info"]["title"] == "Door forced open"
    assert event["finding_info"]["uid"] == event["metadata"]["uid"]
    assert event["device"]["uid"] == "door:L1-pharmacy-entrance"
    assert event["resources"][0]["role"] == "Affected"
    assert event["unmapped"]["detail"] == {"seconds": 4}
    assert "actor" not in event


def test_what_happens_is_no_alert_by_itself() -> None:
    for happening in ("door_opened", "door_forced"):
        assert "is_alert" not in one(OUTCOME | {"happening": happening})


def test_a_failed_strike_is_a_failure() -> None:
    assert one(OUTCOME | {"happening": "strike_failed"})["status"] == "Failure"
    assert one(OUTCOME | {"happening": "strike_acknowledged"})["status"] == "Success"


def test_without_a_door_it_happened_at_the_point() -> None:
    event = one({"kind": "outcome", "happening": "reports_lost", "point": "p1"})
    assert event["device"]["uid"] == "point:p1"
    assert errors(event) == []


def test_a_happening_that_nobody_knows_goes_out_by_its_own_name() -> None:
    event = one(OUTCOME | {"happening": "door_painted"})
    assert (event["class_uid"], event["activity_name"]) == (0, "Door painted")
    assert errors(event) == []


def test_the_tables_name_only_what_the_domain_knows() -> None:
    assert {*ALARMS, *FAILURES, *NOTED} <= set(Happening)
    assert not set(ALARMS) & {*FAILURES, *NOTED}
