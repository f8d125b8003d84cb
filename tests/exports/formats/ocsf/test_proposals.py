"""Proposals in events: what was approved, by whom, and by what anybody can check it."""

from tests.exports.formats.ocsf.samples import CASES, PERSON, one


def test_an_approval_carries_what_it_can_be_checked_by():
    event = one(CASES["proposal_approved", ""])
    assert event["actor"]["user"]["name"] == PERSON["person"]
    assert event["entity"]["data"] == {"digest": "d" * 64}
    assert event["unmapped"]["signature"] == "s"


def test_a_proposal_that_came_to_nothing_is_no_success():
    assert one(CASES["proposal_closed", "done"])["status"] == "Success"
    assert one(CASES["proposal_closed", "expired"])["status"] == "Failure"


def test_an_empty_record_names_nobody():
    assert "actor" not in one({"kind": "proposal_closed"})
    assert one({"kind": "in_charge"})["entity"]["name"] == "unknown"
