import pytest

from tests.exports.formats.ocsf.samples import CALL, DECISION, REFUSED, UNIT, encoded, errors, one


def test_a_permit_names_the_unit_the_privilege_and_the_contract() -> None:
    event = one(DECISION)
    assert event["status"] == "Success"
    assert event["action"] == "Allowed"
    assert event["privileges"] == ["enter zone:pharmacy"]
    assert event["user"]["uid"] == "amr-17"
    assert event["user"]["type"] == "Robot"
    assert event["user"]["credential_uid"] == "9f2c"
    assert event["device"]["vendor_name"] == "Acme"
    assert event["device"]["model"] == "T3"
    assert event["device"]["hw_info"]["serial_number"] == "T3-00417"
    assert event["dst_endpoint"]["uid"] == "door:L1-pharmacy-entrance"
    assert event["authorizations"] == [{"decision": "permit", "policy": {"name": "contract", "version": "3"}}]


def test_a_denial_says_why_with_the_decisive_reason_first() -> None:
    event = one(DECISION | REFUSED)
    assert event["status"] == "Failure"
    assert event["action"] == "Denied"
    assert event["disposition"] == "Blocked"
    assert event["status_code"] == "window"
    assert event["status_detail"] == "window, rate"


@pytest.mark.parametrize("word", ["Permit", "", "permitted", None, True])
def test_only_the_exact_word_is_a_permit(word: object) -> None:
    event = one(DECISION | {"decision": word})
    assert event["status"] == "Failure"
    assert event["action"] == "Denied"


def test_nobody_is_made_up_for_a_presentation_that_nobody_identified() -> None:
    event = one(DECISION | REFUSED | {"actor": "", "unit": "", "reason": "unknown_key"})
    assert event["user"] == {"name": "unknown", "type_id": 0, "type": "Unknown", "credential_uid": "9f2c"}
    assert "device" not in event
    assert event["src_endpoint"] == {"interface_uid": "door-controller-1/r1"}


def test_another_resource_is_an_api_call_from_its_address() -> None:
    event = one(DECISION | CALL)
    assert event["class_uid"] == 6003
    assert event["src_endpoint"]["ip"] == "10.20.0.7"
    assert event["api"] == {
        "operation": "write",
        "service": {"name": "door-controller-1"},
        "request": {"uid": "01JDD8"},
    }
    assert event["resources"][0]["uid"] == "node:agv-line/ns=2;s=Speed"
    assert event["actor"]["user"]["type"] == "Machine"


def test_without_an_id_there_is_no_request_object() -> None:
    event = one(DECISION | CALL | {"decision_id": ""})
    assert "request" not in event["api"]
    assert errors(event) == []


@pytest.mark.parametrize("ip", ["10.20.0.999", "here", "fe80::1%eth0\n", "", 7])
def test_an_address_that_is_none_is_left_out(ip: object) -> None:
    event = one(DECISION | CALL | {"ip": ip})
    assert errors(event) == []
    assert event["src_endpoint"].get("ip") in (None, "fe80::1")


def test_a_simulation_is_not_counted_as_a_decision() -> None:
    event = one(DECISION | REFUSED | {"simulated": True})
    assert event["activity_name"] == "Simulate"
    assert event["action"] == "Observed"
    assert event["unmapped"]["simulated"] is True
    assert one(DECISION | REFUSED | {"simulated": "yes"})["action"] == "Denied"


@pytest.mark.parametrize("reason", ["observed", "warned"])
def test_a_softened_permit_stands_out(reason: str) -> None:
    event = one(DECISION | {"reason": reason, "reasons": [reason, "window"]})
    assert (event["action"], event["disposition"], event["severity"]) == ("Allowed", "Logged", "Low")
    assert event["status_detail"] == f"{reason}, window"
    assert one(DECISION | REFUSED | {"reason": reason})["disposition"] == "Blocked"


def test_a_withdrawn_permit_belongs_to_its_decision() -> None:
    event = one({"kind": "withdrawn", "decision_id": "d1", "actor": "amr-17", "stop": "s1", "unit": UNIT})
    assert event["privileges"] == ["permit d1"]
    assert event["metadata"]["correlation_uid"] == "d1"
    assert event["unmapped"] == {"stop": "s1"}


def test_an_empty_decision_is_a_denial_of_nobody() -> None:
    (event,) = encoded({"kind": "decision"})
    assert event["status"] == "Failure"
    assert event["user"]["type"] == "Unknown"
    assert errors(event) == []
