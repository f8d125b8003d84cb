"""`proposal ...`: what waits, is approved in a browser, is taken back, and what it answered."""

import os

import pytest

from nameplate.entry.login import keep
from tests.entry.owner import Owner
from tests.entry.world import run


@pytest.fixture(name="tokens", autouse=True)
def tokens_fixture(tmp_path, monkeypatch):
    monkeypatch.setenv("NAMEPLATE_LOGIN", str(tmp_path / "login.json"))


@pytest.fixture(name="owner", scope="module")
def owner_fixture(file_world):
    return Owner(file_world.server)


@pytest.fixture(name="proposal")
def proposal_fixture(owner, file_world):
    told = file_world.run("point", "token", "late", "--json")
    assert told.code == 4, told
    return told.json["proposal"]


def test_what_waits_is_listed_and_shown(file_world, proposal):
    lines = file_world.run("proposal", "list").out.splitlines()
    assert lines[0].split() == ["ID", "STATE", "APPROVED", "BY", "WHAT"]
    row = next(line.split() for line in lines if line.startswith(proposal))
    assert row[1:4] == ["open", "0/1", f"uid:{os.geteuid()}"]
    shown = file_world.run("proposal", "show", proposal, "--json").json
    assert (shown["state"], shown["approved_by"], shown["needed"]) == ("open", [], 1)
    text = file_world.run("proposal", "show", proposal).out
    assert ", ".join(shown["roles"]) in text
    assert shown["summary"] in text


def test_the_link_leads_a_person_to_it(file_world, owner, proposal):
    told = file_world.run("proposal", "approve-link", proposal)
    assert told.out == f"{owner.origin}/console/approvals/{proposal}\n"
    assert told.err == "For: owner, security\n"
    assert file_world.run("proposal", "approve-link", proposal, "--json").json == {"approve": told.out.strip()}


def test_the_answer_is_told_once_and_not_before_somebody_has_approved(file_world, owner, proposal):
    early = file_world.run("proposal", "answer", proposal)
    assert (early.code, early.out) == (3, "")
    assert owner.approve(proposal).json["state"] == "done"
    shown = file_world.run("proposal", "show", proposal, "--json")
    assert (shown.json["state"], shown.json["approved_by"]) == ("done", ["p-local"])
    assert "npt_" not in shown.out
    told = file_world.run("proposal", "answer", proposal, "--json")
    assert told.json["token"].startswith("npt_")
    again = file_world.run("proposal", "answer", proposal)
    assert (again.code, again.out) == (3, "")


def test_an_answer_is_not_for_somebody_else(file_world, owner, proposal):
    owner.approve(proposal)
    keep(owner.origin, owner.token)
    told = run("proposal", "answer", proposal, "--server", owner.origin)
    assert told.code in {3, 4}
    assert "npt_" not in told.out + told.err
    assert "npt_" in file_world.run("proposal", "answer", proposal).out


def test_what_is_taken_back_is_never_done(file_world, owner, proposal):
    assert file_world.run("proposal", "withdraw", proposal).out == f"{proposal}: withdrawn\n"
    again = file_world.run("proposal", "withdraw", proposal)
    assert (again.code, again.out) == (5, "")
    assert owner.post(f"/v1/proposals/{proposal}/approval").status in {401, 409}
    assert file_world.run("proposal", "answer", proposal).code == 3
    assert file_world.run("proposal", "show", proposal, "--json").json["state"] == "withdrawn"


def test_what_is_done_cannot_be_taken_back(file_world, owner, proposal):
    owner.approve(proposal)
    assert file_world.run("proposal", "withdraw", proposal).code == 5


@pytest.mark.parametrize("command", ["show", "approve-link", "withdraw", "answer"])
def test_unknown_proposals_are_not_found(file_world, owner, command):
    for proposal in ("nothing", "é", "x?y=z"):
        told = file_world.run("proposal", command, proposal)
        assert (told.code, told.out) == (3, ""), (proposal, told)
    for proposal in ("../people", "x/approval"):
        told = file_world.run("proposal", command, proposal)
        assert told.code in {1, 3, 4}, (proposal, told)
        assert told.out == ""


def test_over_the_network_it_is_for_those_who_are_signed_in(owner, proposal):
    words = [("list",), ("show", proposal), ("approve-link", proposal), ("withdraw", proposal)]
    for each in words:
        told = run("proposal", *each, "--server", owner.origin)
        assert (told.code, told.out) == (4, "")
    keep(owner.origin, owner.token)
    assert [run("proposal", *each, "--server", owner.origin).code for each in words[:3]] == [0, 0, 0]
