import pytest

from tests.entry.world import run

CASES = """
{kind: Case, id: alice-reads, actor: alice, action: read, resource: "record:1", expect: permit}
---
{kind: Case, id: bob-writes, actor: bob, action: write, resource: "record:1", expect: deny, reason: where}
"""
ALONE = """
{kind: Contract, id: night, grants: [{actions: [read], resources: ["app:x"],
 during: {from: "22:00", to: "06:00", timezone: Europe/Berlin}}]}
"""
NIGHT = """
{kind: Case, id: at-night, contract: night, action: read, resource: "app:x", at: "2026-11-23T23:00:00+01:00",
 expect: permit}
---
{kind: Case, id: at-noon, contract: night, action: read, resource: "app:x", at: "2026-11-23T12:00:00+01:00",
 expect: deny, reason: window}
"""


@pytest.fixture
def file(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_cases_are_put_to_the_server_and_to_a_draft(world, file):
    cases = file("cases.yaml", CASES)
    told = world.run("contract", "test", cases)
    assert (told.code, told.out) == (0, "2 passed, 0 failed (0 rules in force)\n")
    draft = file("draft.yaml", "{kind: Contract, id: author, grants: [{actions: [write], resources: ['record:*']}]}")
    told = world.run("contract", "test", cases, "--draft", draft)
    assert told.code == 7
    assert "FAILED alice-reads" in told.out
    assert "  + deny: not_in_contract" in told.out
    assert world.run("contract", "test", cases, "--draft", draft, "--json").json["failed"] == 1


def test_it_needs_no_server_where_manifests_are_given(file):
    night, cases = file("night.yaml", ALONE), file("cases.yaml", NIGHT)
    assert run("contract", "test", cases, "--manifests", night).out == "2 passed, 0 failed (0 rules in force)\n"
    wrong = file("wrong.yaml", NIGHT.replace("T12:00", "T05:00"))
    assert run("contract", "test", wrong, "--manifests", night).code == 7
    assert run("contract", "test", cases, "--manifests", night, "--draft", night).code == 2
    assert run("contract", "test", file("bad.yaml", "kind: Case"), "--manifests", night).code == 1


def test_a_draft_is_tried_on_what_happened_and_nothing_is_changed(world, file):
    world.actor("try-bot")
    answer = world.evaluate("try-bot", "read", "tried")
    draft = file("draft.yaml", "{kind: Contract, id: author, grants: [{actions: [write], resources: ['record:*']}]}")
    told = world.run("contract", "try", draft, "--since", "1h", "--verify", "1", "--json")
    assert told.code == 0
    mine = [each for each in told.json["newly_denied"] if each["actor"] == "try-bot"]
    assert [(each["resource"], each["count"], each["examples"]) for each in mine] == [
        ("record:tried", 1, [answer["context"]["decision_id"]])
    ]
    assert told.json["counts"]["verified"] > 0
    assert world.permits("try-bot")
    assert "newly denied:" in world.run("contract", "try", draft).out


def test_a_time_that_is_none_and_a_place_without_a_journal(world, file, tmp_path):
    draft = file("draft.yaml", ALONE)
    assert world.run("contract", "try", draft, "--since", "soon").code == 2
    assert run("contract", "try", draft, "--data", tmp_path).code == 3
