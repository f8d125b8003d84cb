import json

import pytest

ASK = ("access", "check", "--actor", "alice", "--action", "read", "--resource", "record:record-1")


def test_a_permit_ends_with_0_and_a_denial_with_4(world):
    told = world.run(*ASK, "--json")
    assert told.code == 0
    assert told.json.keys() == {"decision", "reason", "reasons", "decision_id", "contract_revision"}
    assert told.json["decision"] == "permit"
    denied = world.run("access", "check", "--actor", "bob", "--action", "write", "--resource", "record:x", "--json")
    assert (denied.code, denied.json["decision"], denied.json["reason"]) == (4, "deny", "where")


def test_people_get_a_line(world):
    told = world.run(*ASK)
    assert told.out.startswith("permit: granted (n")


def test_the_context_is_passed_on(world):
    world.apply(
        'kind: Contract\nid: near\ngrants:\n- {actions: [read], resources: ["app:*"], near: 4m, task: required}'
    )
    actor = world.actor("nearby", contract="near")
    for context, code in (({"distance_m": 2, "task": "t"}, 0), ({"distance_m": 9, "task": "t"}, 4), ({}, 4)):
        words = ("--actor", actor, "--action", "read", "--resource", "app:x", "--context", json.dumps(context))
        assert world.run("access", "check", *words).code == code


@pytest.mark.parametrize("simulated", [("--dry-run",), ("--at", "2026-11-23T10:00:00+01:00")])
def test_a_simulation_has_no_effect_on_a_rate(world, simulated):
    world.apply('kind: Contract\nid: single\ngrants:\n- {actions: [read], resources: ["app:*"], rate: 1/h}')
    actor = world.actor(f"single{simulated[0]}", contract="single")
    words = ("access", "check", "--actor", actor, "--action", "read", "--resource", "app:x")
    assert [world.run(*words, *simulated).code for _ in range(3)] == [0, 0, 0]
    assert [world.run(*words).code for _ in range(2)] == [0, 4]


def test_a_time_that_is_none_ends_with_1(world):
    assert world.run(*ASK, "--at", "tomorrow").code == 1


def test_a_decision_is_explained(world):
    decision_id = world.run(*ASK, "--json").json["decision_id"]
    told = world.run("decision", "explain", decision_id, "--json")
    assert (told.code, told.json["decision_id"], told.json["actor"]) == (0, decision_id, "alice")
    assert "alice" in world.run("decision", "explain", decision_id).out


@pytest.mark.parametrize("decision_id", ["n1-1", "x", "../actors", "n%2f1", "0"])
def test_an_unknown_decision_ends_with_3(world, decision_id):
    assert world.run("decision", "explain", decision_id).code == 3


def test_a_decision_is_put_again_and_says_what_has_changed(world):
    actor = world.actor("cli-replayed")
    decision_id = world.evaluate(actor, "read", "record-1")["context"]["decision_id"]
    told = world.run("decision", "explain", decision_id, "--replay")
    assert "the same answer" in told.out.splitlines()[1]
    world.order("suspend", actor)
    replay = world.run("decision", "explain", decision_id, "--replay", "--json").json["replay"]
    assert (replay["same"], replay["now"]["reasons"]) == (False, ["state", "suspended"])
    found = {(each["what"], each["before"], each["after"]) for each in replay["changes"]}
    assert ("state", "active", "suspended") in found
    assert "replay" not in world.run("decision", "explain", decision_id, "--json").json
