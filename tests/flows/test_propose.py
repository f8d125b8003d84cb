"""A risky act is done once, as it was proposed, when enough persons who may have proved themselves for exactly it."""

import asyncio

import pytest

from nameplate.domain.errors import Conflict, NotFound, Refused, Unavailable
from nameplate.domain.proposals import LIFETIME_US, act_digest, approval_challenge
from nameplate.flows.passkeys import LIFETIME_US as PROOF_US
from nameplate.flows.passkeys import nonce_bytes
from nameplate.flows.propose import ANSWER_US, MAX_BODY, MAX_EACH, MAX_OPEN, Asked
from nameplate.ports.journal import JournalUnavailable
from tests.flows.heart import CONTRACT, robot
from tests.flows.proposing import HIGH, OPE, PLAIN, asked_for, run
from tests.keys.webauthn.authenticator import PRESENT, text


async def refused(doing, code, kind=Refused):
    with pytest.raises(kind) as error:
        await doing
    assert error.value.code == code


def cannot_begin(house, ident, person, code, kind=Refused):
    with pytest.raises(kind) as error:
        house.proposals.challenge(ident, person)
    assert error.value.code == code


def test_what_is_proposed_waits_and_is_on_record_by_its_digest(tmp_path):
    async def scene(house):
        ident = await house.propose()
        (record,) = house.heart.records("proposed")
        digest = act_digest(ident, "POST", PLAIN.target, PLAIN.media, PLAIN.body)
        assert (record["proposal"], record["digest"], record["by"]) == (ident, digest, OPE)
        assert (record["act"], record["needed"]) == ("declare", 1)
        assert house.proposals.get(ident).expires_at > house.heart.now + LIFETIME_US - 1000
        assert house.proposals.challenge(ident, "p-app")["digest"] == digest
        assert (house.done, house.state(ident)) == ([], "")
        with pytest.raises(NotFound):
            house.proposals.get("pr-unknown")

    run(tmp_path, scene)


def test_without_a_proposal_nobody_declares_anything(tmp_path):
    async def scene(house):
        for names in (OPE, "person:p-own", "uid:0"):
            answered = await house.perform(PLAIN, names)
            assert (answered.status, answered.body) == (403, b"approval")

    run(tmp_path, scene)


def test_one_who_may_approves_and_exactly_that_is_done(tmp_path):
    async def scene(house):
        ident = await house.propose()
        proposal, answered = await house.approve(ident, "p-app")
        assert house.done == [(PLAIN, "person:p-app")]
        assert (proposal.outcome, proposal.status, answered.body) == ("done", 200, b"declared")
        assert "c" in house.heart.registry.contracts
        (record,) = house.heart.records("proposal_approved")
        assert (record["person"], record["digest"]) == ("p-app", proposal.digest)
        assert record["passkey"] == text(house.crowd.keys["p-app"].id)
        assert {"nonce", "authenticator_data", "client_data", "signature"} <= set(record)
        (closed,) = house.heart.records("proposal_closed")
        assert closed["approvers"] == ["p-app"]

    run(tmp_path, scene)


@pytest.mark.parametrize(
    "groups", [(), ("viewers",), ("operators",), ("security",), ("auditors",), ("owners", "auditors"), ("unheard",)]
)
def test_one_who_may_not_approves_nothing(tmp_path, groups):
    async def scene(house):
        ident = await house.propose()
        await house.crowd.join("p-eve", "owners")
        said = house.signed(ident, "p-eve")
        await house.crowd.tell("p-eve", *groups)
        cannot_begin(house, ident, "p-eve", "role")
        await refused(house.send(ident, "p-eve", said), "role")
        cannot_begin(house, ident, "p-stranger", "role")
        assert (house.done, house.heart.records("proposal_approved")) == ([], [])

    run(tmp_path, scene)


def test_one_who_was_disabled_approves_nothing(tmp_path):
    async def scene(house):
        ident = await house.propose()
        said = house.signed(ident, "p-app")
        await house.crowd.tell("p-app", "approvers", active=False)
        await refused(house.send(ident, "p-app", said), "role")
        assert house.done == []

    run(tmp_path, scene)


def test_one_who_is_disabled_while_the_proof_is_written_approves_nothing(tmp_path):
    async def scene(house):
        ident = await house.propose()
        said = house.signed(ident, "p-app")
        house.heart.files.hold()
        approving = asyncio.ensure_future(house.send(ident, "p-app", said))
        await house.heart.sync_reached()
        record = {"kind": "person", "person": "p-app", "bridge": "company", "active": False}
        disabling = asyncio.ensure_future(house.heart.ledger.enforce(record))
        await asyncio.sleep(0)
        house.heart.files.let_go()
        await refused(approving, "role")
        await disabling
        assert house.done == []

    run(tmp_path, scene)


def test_where_two_are_needed_the_proposer_alone_is_one(tmp_path):
    async def scene(house):
        ident = await house.propose(by="person:p-app", needed=2)
        proposal, answered = await house.approve(ident, "p-app")
        assert (proposal.approved_by, answered, house.done) == (("p-app",), None, [])
        cannot_begin(house, ident, "p-app", "second_approver")
        await house.approve(ident, "p-own")
        assert [names for _, names in house.done] == ["person:p-app,person:p-own"]
        assert house.state(ident) == "done"

    run(tmp_path, scene)


def test_the_same_person_counts_once_also_with_two_passkeys_at_once(tmp_path):
    async def scene(house):
        ident = await house.propose(needed=2)
        one, other = house.signed(ident, "p-app"), house.proposals.challenge(ident, "p-app")
        second = house.crowd.authenticator()
        await house.crowd.bind("p-app", second)
        both = (house.send(ident, "p-app", one), house.send(ident, "p-app", second.show(other)))
        found = await asyncio.gather(*both, return_exceptions=True)
        assert sum(isinstance(each, Refused | Conflict) for each in found) == 1
        assert house.proposals.get(ident).approved_by == ("p-app",)
        assert house.done == []

    run(tmp_path, scene)


def test_what_turns_out_to_take_two_waits_for_the_second(tmp_path):
    async def scene(house):
        ident = await house.propose(HIGH)
        proposal, answered = await house.approve(ident, "p-app")
        assert (proposal.needed, proposal.outcome, answered) == (2, "", None)
        assert house.heart.registry.actors == {}
        cannot_begin(house, ident, "p-app", "second_approver")
        await house.approve(ident, "p-own")
        assert "amr-1" in house.heart.registry.actors

    run(tmp_path, scene)


def test_an_approval_counts_only_as_long_as_its_giver_may(tmp_path):
    async def scene(house):
        ident = await house.propose(needed=2)
        await house.approve(ident, "p-app")
        await house.crowd.tell("p-app", "viewers")
        _, answered = await house.approve(ident, "p-own")
        assert (answered, house.done) == (None, [])
        await house.crowd.join("p-zoe", "approvers")
        await house.approve(ident, "p-zoe")
        assert [names for _, names in house.done] == ["person:p-own,person:p-zoe"]

    run(tmp_path, scene)


def test_what_its_proposer_may_not_ask_for_any_more_is_not_done(tmp_path):
    async def scene(house):
        ident = await house.propose()
        await house.crowd.tell("p-ope", "viewers")
        await refused(house.approve(ident, "p-app"), "proposer")
        assert (house.done, house.state(ident)) == ([], "failed")

    run(tmp_path, scene)


def test_a_proposal_is_over_after_its_time(tmp_path):
    async def scene(house):
        ident = await house.propose()
        house.heart.now = house.proposals.get(ident).expires_at - PROOF_US // 2
        said = house.signed(ident, "p-app")
        house.heart.now += PROOF_US // 2
        await refused(house.send(ident, "p-app", said), "proposal", Conflict)
        cannot_begin(house, ident, "p-app", "proposal", Conflict)
        await refused(house.proposals.withdraw(ident, OPE), "proposal", Conflict)
        await house.propose()
        assert (house.done, house.state(ident)) == ([], "expired")

    run(tmp_path, scene)


@pytest.mark.parametrize("by", [OPE, "person:p-app", "person:p-own", "uid:0"])
def test_a_withdrawn_proposal_is_over(tmp_path, by):
    async def scene(house):
        ident = await house.propose()
        said = house.signed(ident, "p-app")
        assert (await house.proposals.withdraw(ident, by)).outcome == "withdrawn"
        await refused(house.send(ident, "p-app", said), "proposal", Conflict)
        await refused(house.proposals.withdraw(ident, by), "proposal", Conflict)
        assert house.done == []

    run(tmp_path, scene)


@pytest.mark.parametrize("by", ["person:p-vic", "person:p-stranger", "person:", "bridge:company", "anonymous", ""])
def test_others_withdraw_nothing(tmp_path, by):
    async def scene(house):
        await house.crowd.join("p-vic", "operators")
        ident = await house.propose()
        await refused(house.proposals.withdraw(ident, by), "role")
        assert house.state(ident) == ""

    run(tmp_path, scene)


def test_a_proof_is_for_one_proposal_alone(tmp_path):
    async def scene(house):
        mild, grave = await house.propose(), await house.propose(asked_for(CONTRACT, robot()))
        said = house.signed(mild, "p-app")
        await refused(house.send(grave, "p-app", said), "challenge")
        asked = house.proposals.challenge(grave, "p-app")
        other = approval_challenge(nonce_bytes(asked["nonce"]), house.proposals.get(mild).digest)
        await refused(house.send(grave, "p-app", house.crowd.keys["p-app"].show(asked, text(other))), "passkey_refused")
        signing_in = house.crowd.keys["p-app"].show(house.crowd.passkeys.signing_in())
        await refused(house.send(grave, "p-app", signing_in), "challenge")
        assert house.done == []

    run(tmp_path, scene)


def test_what_is_altered_has_another_digest(tmp_path):
    async def scene(house):
        ident = await house.propose()
        digest = house.proposals.get(ident).digest
        same = ("POST", PLAIN.target, PLAIN.media, PLAIN.body)
        assert act_digest(ident, *same) == digest
        for place in range(4):
            altered = [each if at != place else each[:-1] for at, each in enumerate(same)]
            assert act_digest(ident, *altered) != digest
        assert act_digest(await house.propose(), *same) != digest

    run(tmp_path, scene)


def test_a_proof_is_of_one_person_alone(tmp_path):
    async def scene(house):
        ident = await house.propose(needed=2)
        await refused(house.send(ident, "p-own", house.signed(ident, "p-app")), "challenge")
        borrowed = house.crowd.keys["p-app"].show(house.proposals.challenge(ident, "p-own"))
        await refused(house.send(ident, "p-own", borrowed), "passkey")
        assert house.proposals.get(ident).approved_by == ()

    run(tmp_path, scene)


def test_a_proof_counts_once_not_long_and_only_with_the_user_verified(tmp_path):
    async def scene(house):
        first, other = await house.propose(needed=2), await house.propose(HIGH)
        said = house.signed(first, "p-app")
        await house.send(first, "p-app", said)
        await refused(house.send(first, "p-app", said), "second_approver")
        await refused(house.send(other, "p-app", said), "challenge")
        late = house.signed(other, "p-app")
        house.heart.now += PROOF_US
        await refused(house.send(other, "p-app", late), "challenge")
        house.crowd.keys["p-app"].flags = PRESENT
        await refused(house.send(other, "p-app", house.signed(other, "p-app")), "passkey_refused")
        assert house.done == []

    run(tmp_path, scene)


def test_what_is_done_is_done_once(tmp_path):
    async def scene(house):
        ident = await house.propose()
        said = house.signed(ident, "p-app"), house.signed(ident, "p-own")
        house.gate.clear()
        first = asyncio.ensure_future(house.send(ident, "p-app", said[0]))
        await house.reached.wait()
        await refused(house.send(ident, "p-own", said[1]), "proposal", Conflict)
        await refused(house.proposals.withdraw(ident, OPE), "proposal", Conflict)
        house.gate.set()
        await first
        await refused(house.send(ident, "p-app", said[0]), "proposal", Conflict)
        assert len(house.done) == 1

    run(tmp_path, scene)


def test_two_acts_of_the_same_person_do_not_use_each_others_leave(tmp_path):
    async def scene(house):
        high, plain = await house.propose(HIGH), await house.propose()
        house.gate.clear()
        both = [asyncio.ensure_future(house.approve(ident, "p-app")) for ident in (high, plain)]
        await house.reached.wait()
        await house.heart.ledger.commit({"kind": "mark"})
        house.gate.set()
        await asyncio.gather(*both)
        assert (house.state(high), house.proposals.get(high).needed) == ("", 2)
        assert (house.state(plain), house.proposals.get(plain).needed) == ("done", 1)

    run(tmp_path, scene)


def test_after_a_start_nobody_can_approve_what_was_asked_before(tmp_path):
    async def scene(house):
        ident = await house.propose()
        said = house.signed(ident, "p-app")
        house.proposals = house.restarted()
        cannot_begin(house, ident, "p-app", "proposal", Unavailable)
        await refused(house.send(ident, "p-app", said), "proposal", Unavailable)
        other = await house.propose()
        await house.proposals.forget_lost()
        assert (house.state(ident), house.state(other)) == ("lost", "")
        cannot_begin(house, ident, "p-app", "proposal", Conflict)
        assert house.done == []

    run(tmp_path, scene)


def test_the_answer_is_told_once_to_the_proposer_alone_and_not_for_long(tmp_path):
    async def scene(house):
        idents = [await house.propose() for _ in range(2)]
        for ident in idents:
            with pytest.raises(NotFound):
                house.proposals.take_answer(ident, OPE)
            await house.approve(ident, "p-app")
        with pytest.raises(Refused):
            house.proposals.take_answer(idents[0], "person:p-app")
        assert house.proposals.take_answer(idents[0], OPE).body == b"declared"
        house.heart.now += ANSWER_US
        for ident in idents:
            with pytest.raises(NotFound):
                house.proposals.take_answer(ident, OPE)

    run(tmp_path, scene)


def test_what_failed_is_over_and_what_broke_waits_without_leave(tmp_path):
    async def scene(house):
        bad = await house.propose(asked_for({"kind": "Nonsense", "id": "x"}))
        proposal, answered = await house.approve(bad, "p-app")
        assert (proposal.outcome, answered.status) == ("failed", 403)
        ident = await house.propose(Asked("POST", "/v1/apply", b"", b"", b"no JSON"))
        with pytest.raises(ValueError, match="Expecting value"):
            await house.approve(ident, "p-app")
        assert (house.state(ident), house.declarer.warrants) == ("", {})
        assert (await house.proposals.withdraw(ident, OPE)).outcome == "withdrawn"

    run(tmp_path, scene)


def test_what_cannot_be_written_is_neither_proposed_nor_done(tmp_path):
    async def scene(house):
        ident = await house.propose()
        said = house.signed(ident, "p-app")
        house.heart.files.fail("sync")
        with pytest.raises(JournalUnavailable):
            await house.propose()
        with pytest.raises(JournalUnavailable):
            await house.send(ident, "p-app", said)
        assert (house.done, list(house.proposals.asked)) == ([], [ident])
        await house.heart.recovered()

    run(tmp_path, scene)


def test_so_many_wait_and_no_more(tmp_path):
    async def scene(house):
        big = Asked("POST", "/v1/apply", b"", b"", bytes(MAX_BODY + 1))
        await refused(house.propose(big), "too_large")
        for number in range(MAX_OPEN):
            await house.propose(by=f"person:p-{number // MAX_EACH}")
            if number == MAX_EACH - 1:
                await refused(house.propose(by="person:p-0"), "proposals", Conflict)
        await refused(house.propose(by="person:p-new"), "proposals", Conflict)
        house.heart.now += LIFETIME_US
        await house.propose(by="person:p-0")

    run(tmp_path, scene)
