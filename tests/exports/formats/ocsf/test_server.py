from tests.exports.formats.ocsf.samples import CASES, FINDING, errors, one


def test_a_checkpoint_goes_out_whole() -> None:
    assert one(CASES["checkpoint", ""])["raw_data"] == CASES["checkpoint", ""]["note"]


def test_a_new_key_goes_out_with_the_signature_of_the_former() -> None:
    told = CASES["node_key", ""]
    event = one(told)
    assert event["raw_data"] == f"nameplate key {told['step']}\n{told['signature']}\n"
    assert event["unmapped"]["reason"] == "Every year"
    assert "raw_data" not in one({"kind": "node_key", "step": "x"})


def test_a_finding_names_the_unit_and_the_door() -> None:
    event = one(FINDING | {"severity": "critical", "door": "L1", "decision_id": "d1"})
    assert event["finding_info"]["types"] == ["cloned_key"]
    assert event["finding_info"]["desc"] == "One key was seen at two doors"
    assert event["device"]["hw_info"]["serial_number"] == "T3-00417"
    assert event["resources"][0]["uid"] == "door:L1"
    assert event["metadata"]["correlation_uid"] == "d1"


def test_a_finding_about_nobody_names_nobody() -> None:
    event = one({"kind": "finding", "finding": "clock_step", "severity": "low", "text": "The clock was set back"})
    assert "actor" not in event
    assert "device" not in event
    assert errors(event) == []


def test_a_severity_that_nobody_knows_is_not_played_down() -> None:
    assert one(FINDING | {"severity": "dire"})["severity"] == "High"
    assert one(FINDING | {"severity": "info"})["severity"] == "Informational"


def test_cut_records_are_named_by_number() -> None:
    event = one(CASES["journal_cut", ""])
    assert event["severity"] == "Critical"
    assert event["unmapped"] == {"lost_first": 90, "lost_last": 93}


def test_start_and_stop_name_the_node_and_the_version() -> None:
    started, stopped = one(CASES["started", ""]), one(CASES["stopped", ""])
    assert started["app"]["uid"] == "clinic-1"
    assert started["app"]["version"] == "0.1.0"
    assert (started["activity_name"], stopped["activity_name"]) == ("Start", "Stop")
