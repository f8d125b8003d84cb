from nameplate.domain.networks import parse_address
from nameplate.domain.recorded import outcome, question
from nameplate.domain.requests import AccessRequest
from nameplate.domain.verdicts import Reason, Verdict

BARE = {
    "at": "2026-11-23T09:00:00.000000Z",
    "actor": "amr-1",
    "action": "read",
    "resource": "app:x",
    "decision": "deny",
    "reason": "rule_forbids",
    "reasons": ["rule_forbids", "quiet@2"],
    "contract_revision": "c@1",
}


def test_what_was_asked_comes_back_with_its_circumstances():
    told = {"ip": "10.0.0.1", "task": "t", "payload": "food", "presence": "reader", "reader": "r1", "distance_m": 2.5}
    asked = question(BARE | told)
    assert asked == AccessRequest(
        "amr-1",
        "read",
        "app:x",
        1_795_424_400_000_000,
        parse_address("10.0.0.1"),
        None,
        "t",
        "food",
        "reader",
        "r1",
        2.5,
    )
    assert question(BARE) == AccessRequest("amr-1", "read", "app:x", 1_795_424_400_000_000)


def test_a_simulated_question_was_about_another_moment():
    assert question(BARE | {"simulated": True, "simulated_at": 7}).at == 7


def test_what_was_answered_comes_back():
    assert outcome(BARE) == Verdict(False, Reason.RULE_FORBIDS, ("rule_forbids", "quiet@2"), "c@1")
    granted = BARE | {"decision": "permit", "reason": "granted", "reasons": ["granted"], "grant": 1, "target": "zone:w"}
    assert outcome(granted) == Verdict(True, Reason.GRANTED, ("granted",), "c@1", 1, "zone:w")


def test_what_the_caller_sent_of_what_is_declared_comes_back():
    asked = question(BARE | {"sent": {"resource": {"status": "open"}, "action": {"value": 5}, "context": {"load": 1}}})
    assert (asked.resource_properties, asked.action_properties) == ({"status": "open"}, {"value": 5})
    assert (asked.context, asked.subject) == ({"load": 1}, {})
