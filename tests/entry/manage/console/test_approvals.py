from dataclasses import replace

import pytest

from nameplate.domain.proposals import Proposal
from nameplate.entry.manage.console import approvals
from tests.entry.manage.console.browsing import look
from tests.entry.manage.console.furnished import proposed
from tests.entry.owner import Owner

LOCAL = "person:p-local"


@pytest.fixture(name="charged")
def charged_fixture(own_world):
    """A server whose owner is in charge, so that what the machine asks for waits."""
    own_world.owner = Owner(own_world.server)
    return own_world


def propose(world, reason="It is mended"):
    body = {"order": "activate", "actors": ["alice"], "reason": reason}
    return proposed(lambda: world.server.client.post("/v1/orders", body))


def after(seen, heading):
    return seen.html.partition(f'id="{heading}"')[2]


def test_with_nothing_proposed_the_page_says_so(own_world):
    seen = look(own_world, "/console/approvals")
    assert "Nothing waits for anybody" in seen.text
    assert 'id="ended"' not in seen.html
    assert "0 waiting for approval" in look(own_world, "/console/").text


def test_open_ones_come_first_with_what_each_is_and_takes(charged):
    ended, waits = propose(charged, "Ends"), propose(charged)
    assert charged.owner.approve(ended).json["state"] == "done"
    proposed(lambda: charged.apply("{kind: Team, id: t, name: T}"))
    seen = look(charged, "/console/approvals", LOCAL)
    opened = after(seen, "open").partition('id="ended"')[0]
    assert ended not in opened
    assert f'href="/console/approvals/{waits}"' in opened
    for words in ("activate", "It is mended", "uid:", "approver or owner", "0 of 1", "you can approve", "declare"):
        assert words in opened, words
    over = after(seen, "ended")
    assert waits not in over
    assert f'href="/console/approvals/{ended}"' in over
    assert "done" in over
    assert "Local owner (1 needed)" in over
    assert 'aria-current="page">Approvals' in seen.html
    assert "2 waiting for approval" in look(charged, "/console/", LOCAL).text


def test_one_of_them_offers_what_whoever_looks_may_do(charged):
    ident = propose(charged)
    mine = look(charged, f"/console/approvals/{ident}", LOCAL).html
    assert 'data-act="approve"' in mine
    assert 'data-act="withdraw"' in mine
    machine = look(charged, f"/console/approvals/{ident}").html
    assert 'data-act="approve"' not in machine, "a machine has no passkey"
    assert 'data-act="withdraw"' in machine
    charged.server.client.post(f"/v1/proposals/{ident}/withdrawal", {})
    over = look(charged, f"/console/approvals/{ident}", LOCAL)
    assert "data-act" not in over.html
    assert "withdrawn" in over.text


def test_what_is_not_there_is_told(own_world):
    seen = look(own_world, "/console/approvals/pr-0")
    assert (seen.status, "There is no proposal pr-0" in seen.text) == (404, True)


def test_the_list_comes_in_pages(charged):
    idents = []
    for number in range(approvals.PAGE + 5):
        idents.append(propose(charged, f"Number {number}"))
        if number < 10:
            charged.server.client.post(f"/v1/proposals/{idents[-1]}/withdrawal", {})
    first = look(charged, "/console/approvals")
    following = first.html.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
    second = look(charged, following)
    shown = [[each for each in idents if f"/console/approvals/{each}" in seen.html] for seen in (first, second)]
    assert sorted(map(len, shown)) == [5, approvals.PAGE]
    assert set(shown[0]) | set(shown[1]) == set(idents)
    assert set(shown[0]) >= set(idents[10:]), "open ones first"


def test_one_that_nobody_has_closed_is_over_when_its_time_is():
    proposal = Proposal("pr-1", "activate", "POST", "/v1/orders", "", "", "uid:0", 1, at=5, expires_at=10)
    assert [approvals.state_of(proposal, now) for now in (9, 10)] == ["open", "expired"]
    assert approvals.state_of(replace(proposal, outcome="done"), 10) == "done"
