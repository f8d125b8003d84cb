"""What is kept of a proposal, and carrying it out. The rest: `tests/entry/decide/test_proposals.py`."""

import pytest

from nameplate.domain.acts import act_of
from nameplate.domain.errors import NotFound, Refused
from nameplate.flows.propose import ANSWER_US, MAX_BODY, Answered, Asked
from tests.entry.decide.crowd import crowd

ASKED = Asked("POST", "/v1/apply", b"/v1/apply?x=1", b"application/json", b"{}")


@pytest.fixture(name="people")
def people_fixture(tmp_path):
    with crowd(tmp_path) as made:
        yield made


def propose(people, asked=ASKED, by="uid:0"):
    act = act_of("POST", "/v1/apply")
    return people.run(people.parts.proposals.propose(act, asked, by, "Apply", 1))


def approve(people, somebody, proposal, perform):
    asked = people.parts.proposals.challenge(proposal.id, somebody.id)
    shown = somebody.authenticator.show(asked)
    approving = people.parts.proposals.approve(proposal.id, somebody.id, shown["nonce"], shown["credential"], perform)
    return people.run(approving)


def test_what_is_carried_out_is_what_was_asked_in_whose_name(people):
    seen = []

    async def perform(asked, names):
        seen.append((asked, names, dict(people.parts.declarer.warrants)[names].approvers))
        return Answered(200, b"text/plain", b"done")

    ada = people.person("ada", "approvers")
    proposal, answered = approve(people, ada, propose(people), perform)
    assert seen == [(ASKED, "person:p-ada", ("p-ada",))]
    assert (proposal.outcome, answered) == ("done", Answered(200, b"text/plain", b"done"))
    assert people.parts.declarer.warrants == {}, "leave ends with it"


def test_when_carrying_out_breaks_it_is_still_open_and_leave_is_over(people):
    async def perform(asked, names):
        raise OSError("the machine is on fire")

    ada, proposal = people.person("ada", "approvers"), propose(people)
    with pytest.raises(OSError, match="fire"):
        approve(people, ada, proposal, perform)
    assert people.parts.declarer.warrants == {}
    assert people.parts.proposals.get(proposal.id).outcome == ""


def test_an_answer_is_kept_for_a_quarter_hour(people):
    async def perform(asked, names):
        return Answered(200, b"text/plain", b"secret")

    ada, proposal = people.person("ada", "approvers"), propose(people)
    approve(people, ada, proposal, perform)
    with pytest.raises(Refused):
        people.parts.proposals.take_answer(proposal.id, "uid:1")
    now = people.parts.proposals.clock() + ANSWER_US
    people.parts.proposals.clock = lambda: now
    with pytest.raises(NotFound):
        people.parts.proposals.take_answer(proposal.id, "uid:0")


def test_a_huge_request_is_not_kept(people):
    with pytest.raises(Refused):
        propose(people, Asked("POST", "/v1/apply", b"/v1/apply", b"", bytes(MAX_BODY + 1)))
    assert people.parts.proposals.asked == {}
