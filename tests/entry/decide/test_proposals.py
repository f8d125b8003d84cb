"""Proposals: approved by whom, for what exactly, how often; and what they answer to whom."""

import base64
import hashlib
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from nameplate.domain.errors import Refused
from nameplate.domain.proposals import LIFETIME_US, act_digest, approval_challenge
from nameplate.domain.warrants import Warrant
from tests.entry.decide.crowd import crowd

TEAM = "{kind: Team, id: t, name: T}"
HIGH = "{kind: Actor, id: amr, type: workload, owner: ops, purpose: P, tier: high, contract: author}"


@pytest.fixture(name="people")
def people_fixture(tmp_path):
    with crowd(tmp_path) as made:
        made.first()
        yield made


@pytest.fixture(name="noted")
def noted_fixture(people):
    """All that goes on record."""
    found, ledger = [], people.parts.ledger
    commit = ledger.commit

    async def listening(record):
        found.append(record)
        return await commit(record)

    ledger.commit = listening
    return found


def test_an_approval_carries_out_the_very_request_in_the_name_of_whoever_approved(people, noted):
    ada, proposal = people.person("ada", "security"), people.propose()
    answer = ada.approve(proposal)
    assert (answer.status, answer.json["state"], answer.json["approved_by"]) == (200, "done", ["p-ada"])
    assert next(each for each in noted if each["kind"] == "caller")["by"] == "person:p-ada"
    assert "npt_" not in answer.body.decode()
    taken = people.machine(f"/v1/proposals/{proposal}/answer")
    assert taken.json["token"].startswith("npt_")
    assert people.machine(f"/v1/proposals/{proposal}/answer").status == 404
    assert ada.approve(proposal).status == 409


def test_an_approval_can_be_checked_by_whoever_holds_the_journal(people, noted):
    """Without any secret of ours: from the record of the proposal, that of the approval and the key."""
    ada, proposal = people.person("ada", "security"), people.propose()
    ada.approve(proposal)
    said = {name: value for each in noted if each["kind"] == "proposal_approved" for name, value in each.items()}
    raw = {
        name: base64.urlsafe_b64decode(said[name] + "==") for name in ("client_data", "authenticator_data", "signature")
    }
    digest = act_digest(proposal, "POST", b"/v1/point-tokens", b"application/json", b'{"name": "late"}')
    assert said["digest"] == digest
    challenge = approval_challenge(base64.urlsafe_b64decode(said["nonce"] + "=="), digest)
    assert json.loads(raw["client_data"])["challenge"] == base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
    signed = raw["authenticator_data"] + hashlib.sha256(raw["client_data"]).digest()
    ada.authenticator.key.public_key().verify(raw["signature"], signed, ec.ECDSA(hashes.SHA256()))


def test_without_a_proof_one_is_told_what_is_missing(people):
    ada, proposal = people.person("ada", "security"), people.propose()
    answer = ada.post(f"/v1/proposals/{proposal}/approval")
    assert answer.status == 401
    assert b'error="insufficient_user_authentication"' in answer.headers[b"www-authenticate"]


@pytest.mark.parametrize("group", ["viewers", "operators", "approvers", "auditors", "strangers"])
def test_who_has_no_role_for_it_cannot_approve(people, group):
    proposal = people.propose()
    assert people.person("ada", group).approve(proposal).status == 403
    assert people.registry.proposals[proposal].approved_by == ()


def test_the_machine_cannot_approve(people):
    proposal = people.propose()
    for step in ("challenge", "approval"):
        assert people.machine(f"/v1/proposals/{proposal}/{step}").status in {401, 403}


def test_a_proof_is_worth_nothing_for_another_act_another_person_or_a_second_time(people):
    ada, eve = people.person("ada", "security"), people.person("eve", "security")
    first, second = people.propose(), people.propose()
    asked = ada.post(f"/v1/proposals/{first}/challenge").json
    shown = ada.authenticator.show(asked)
    assert ada.post(f"/v1/proposals/{second}/approval", shown).status == 403, "another digest"
    assert eve.post(f"/v1/proposals/{first}/approval", shown).status == 403, "somebody else's"
    assert eve.post(f"/v1/proposals/{first}/approval", eve.authenticator.show(asked)).status == 403
    signing = ada.authenticator.show(ada.post("/v1/signin/challenge").json)
    assert ada.post(f"/v1/proposals/{first}/approval", signing).status == 403, "that was for signing in"
    assert ada.post(f"/v1/proposals/{first}/approval", shown).json["state"] == "done"
    for each in (first, second):
        assert ada.post(f"/v1/proposals/{each}/approval", shown).status in {403, 409}, "replayed"


def test_a_proposal_that_was_altered_meanwhile_is_not_what_was_signed(people):
    ada, proposal = people.person("ada", "security"), people.propose()
    asked = ada.post(f"/v1/proposals/{proposal}/challenge").json
    known = people.registry.proposals[proposal]
    people.commit(
        kind="proposed",
        proposal=proposal,
        act=known.act,
        method="POST",
        path=known.path,
        digest="0" * 64,
        summary="",
        by="uid:0",
        needed=1,
        expires_at="2126-01-01T00:00:00Z",
    )
    assert ada.post(f"/v1/proposals/{proposal}/approval", ada.authenticator.show(asked)).status == 403


def test_a_proposal_expires(people):
    ada, proposal = people.person("ada", "security"), people.propose()
    asked = ada.post(f"/v1/proposals/{proposal}/challenge").json
    now = people.parts.proposals.clock() + LIFETIME_US + 1
    people.parts.proposals.clock = lambda: now
    assert ada.post(f"/v1/proposals/{proposal}/challenge").status == 409
    assert ada.post(f"/v1/proposals/{proposal}/approval", ada.authenticator.show(asked)).status == 409


def test_a_proposal_is_withdrawn_by_who_made_it_or_may_approve_it(people):
    operator, other = people.person("ada", "operators"), people.person("eve", "operators")
    proposal = operator.post("/v1/point-tokens", {"name": "x"}).json["proposal"]
    assert other.post(f"/v1/proposals/{proposal}/withdrawal").status == 403
    assert operator.post(f"/v1/proposals/{proposal}/withdrawal").json["state"] == "withdrawn"
    security = people.person("sam", "security")
    assert security.approve(proposal).status == 409
    assert security.post(f"/v1/proposals/{people.propose()}/withdrawal").status == 200


def test_the_answer_is_for_whoever_proposed_it(people):
    operator, security = people.person("ada", "operators"), people.person("eve", "security")
    proposal = operator.post("/v1/point-tokens", {"name": "x"}).json["proposal"]
    assert security.approve(proposal).status == 200
    assert security.post(f"/v1/proposals/{proposal}/answer").status == 403
    assert people.machine(f"/v1/proposals/{proposal}/answer").status == 403
    assert operator.post(f"/v1/proposals/{proposal}/answer").json["token"].startswith("npt_")


def test_who_may_not_propose_any_more_has_proposed_nothing(people):
    operator, security = people.person("ada", "operators"), people.person("eve", "security")
    proposal = operator.post("/v1/point-tokens", {"name": "x"}).json["proposal"]
    people.commit(kind="person", person="p-ada", bridge="company", active=False)
    assert security.approve(proposal).status == 403
    assert people.registry.proposals[proposal].outcome == "failed"
    assert "x" not in people.registry.callers


def test_an_act_that_fails_is_told_to_whoever_proposed_it(people):
    security = people.person("eve", "security")
    proposal = people.propose("/v1/credentials/remove", {"name": "none"})
    assert security.approve(proposal).json["state"] == "failed"
    assert people.machine(f"/v1/proposals/{proposal}/answer").status == 404


def test_what_concerns_an_actor_of_tier_high_takes_two_people(people):
    people.parts.declarer.warrants["two"] = Warrant(("p-1", "p-2"))
    people.declare(HIGH, "two")
    ada, eve = people.person("ada", "approvers"), people.person("eve", "approvers")
    proposal = people.propose("/v1/orders", {"order": "activate", "actors": ["amr"], "reason": "x"})
    first = ada.approve(proposal)
    assert (first.json["state"], first.json["needed"], first.json["approved_by"]) == ("open", 2, ["p-ada"])
    assert ada.approve(proposal).status == 403, "twice by one person"
    assert people.registry.standings["amr"].state == "staged"
    assert eve.approve(proposal).json["approved_by"] == ["p-ada", "p-eve"]
    assert people.registry.standings["amr"].state == "active"


def test_who_proposed_it_may_be_one_of_two_but_not_both(people):
    people.parts.declarer.warrants["two"] = Warrant(("p-1", "p-2"))
    people.declare(HIGH, "two")
    ada, eve = people.person("ada", "approvers"), people.person("eve", "owners")
    proposal = ada.post("/v1/orders", {"order": "activate", "actors": ["amr"], "reason": "x"}).json["proposal"]
    assert ada.approve(proposal).json["state"] == "open"
    assert ada.approve(proposal).status == 403
    assert eve.approve(proposal).json["state"] == "done"


def test_an_approval_of_somebody_who_has_left_does_not_count(people):
    people.parts.declarer.warrants["two"] = Warrant(("p-1", "p-2"))
    people.declare(HIGH, "two")
    ada, eve, sam = (people.person(name, "approvers") for name in ("ada", "eve", "sam"))
    proposal = people.propose("/v1/orders", {"order": "activate", "actors": ["amr"], "reason": "x"})
    ada.approve(proposal)
    people.commit(kind="person", person="p-ada", bridge="company", active=False)
    assert eve.approve(proposal).json["state"] == "open"
    assert sam.approve(proposal).json["state"] == "done"


def test_nothing_is_declared_but_by_leave_of_persons(people):
    for by in ("uid:0", "person:p-local", "person:p-ada", "bridge:nobody", "system", ""):
        with pytest.raises(Refused):
            people.declare(TEAM, by)
    people.parts.declarer.warrants["person:p-ada"] = Warrant(("p-ada",))
    assert people.declare(TEAM, "person:p-ada")


def test_whoever_plans_does_not_say_how_many_must_approve(people):
    warrant = people.parts.declarer.warrants["person:p-ada"] = Warrant(("p-ada", "p-ada"))
    with pytest.raises(Refused):
        people.declare(HIGH, "person:p-ada")
    assert warrant.needed == 2


def test_what_was_asked_before_a_restart_is_lost_and_says_so(people):
    proposal = people.propose()
    people.parts.proposals.asked.clear()
    people.run(people.parts.proposals.forget_lost())
    assert people.registry.proposals[proposal].outcome == "lost"


def test_not_too_many_wait(people, monkeypatch):
    monkeypatch.setattr("nameplate.flows.propose.MAX_EACH", 2)
    people.propose()
    people.propose()
    assert people.machine("/v1/point-tokens", {"name": "x"}).status == 409
