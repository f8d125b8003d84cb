import json

import pytest

from tests.exports.formats.ocsf.samples import CASES, one

KINDS = ("upstream", "person", "bridge_token", "passkey_bound", "passkey_used", "session_started", "session_ended")


@pytest.mark.parametrize("case", [each for each in CASES if each[0] in KINDS])
def test_no_hash_and_no_key_leaves(case):
    assert "never-shown" not in json.dumps(one(CASES[case]))


def test_a_disable_is_more_severe_than_its_end_and_says_who_said_it():
    active, disabled = (one(CASES["upstream", status]) for status in ("active", "disabled"))
    assert active["severity_id"] < disabled["severity_id"]
    assert disabled["actor"]["user"] == {"uid": "idp", "name": "bridge:idp", "type_id": 99, "type": "Bridge"}
    assert disabled["unmapped"]["version"] == 4


def test_people_come_and_leave_by_pseudonym():
    assert one(CASES["person", "active"])["activity_name"] == "Activate"
    assert one(CASES["person", "not active"])["activity_name"] == "Disable"
    assert one(CASES["person", "other changes"])["activity_name"] == "Update"
    assert one(CASES["person", "active"])["entity"]["name"] == "p-0a1b2c3d"


def test_signing_in_and_out_are_authentication():
    assert [one(CASES[kind, ""])["type_uid"] for kind in ("session_started", "session_ended")] == [300201, 300202]
    assert one(CASES["session_proved", ""])["activity_name"] == "Prove again"
