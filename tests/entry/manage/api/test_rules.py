"""Rules from manifest to decision, over a real server."""

import json

import pytest

from nameplate.boot.journal import reader
from nameplate.domain.errors import Invalid
from nameplate.entry.bench.workload import free_port
from nameplate.entry.client import Faults
from nameplate.entry.serve.started import running_server
from tests.entry.world import World

USERS = {"NAMEPLATE_AUTHZEN__SUBJECT_TYPES": '["user"]'}

QUIET = """
kind: Rule
id: quiet-{ident}
scope: {{actions: [read], resources: ["record:{ident}-*"]}}
cedar: |
  forbid (principal, action, resource)
  when {{ {condition} }};
"""


def rule(ident, condition='principal.tier == "high"'):
    return QUIET.format(ident=ident, condition=condition)


def records(world, kind):
    found = (json.loads(entry.raw) for entry in reader(world.server.data).read())
    return [record for record in found if record["kind"] == kind]


def answer(world, actor, resource):
    found = world.evaluate(actor, "read", resource)
    return found["decision"], found["context"]["reasons"]


def test_a_rule_takes_away_what_a_contract_permits_and_nothing_beside_it(own_world):
    world = own_world
    fast, slow = world.actor("fast", tier="high"), world.actor("slow")
    assert answer(world, fast, "a-1") == (True, ["granted"])
    world.apply(rule("a"))
    assert answer(world, fast, "a-1") == (False, ["rule_forbids", "quiet-a@1"])
    assert answer(world, slow, "a-1") == (True, ["granted"])
    assert answer(world, fast, "b-1") == (True, ["granted"])
    world.apply(rule("a", 'principal.tier == "low"'))
    assert answer(world, fast, "a-1") == (True, ["granted"])
    world.apply(rule("a"))
    assert answer(world, fast, "a-1") == (False, ["rule_forbids", "quiet-a@3"])
    head, _, tail = world.run("export").out.partition("---\nkind: Rule\n")
    kept = head + "---" + tail.partition("\n---")[2]
    world.server.client.post("/v1/apply", {"files": [{"name": "all.yaml", "text": kept}], "prune": True})
    assert answer(world, fast, "a-1") == (True, ["granted"])
    world.apply(rule("a"))
    assert answer(world, fast, "a-1") == (False, ["rule_forbids", "quiet-a@4"])


def test_a_batch_and_a_dry_run_meet_the_same_rules(world):
    actor = world.actor("batched", tier="high")
    world.apply(rule("batch"))
    item = {"subject": {"type": "user", "id": actor}, "action": {"name": "read"}}
    items = [item | {"resource": {"type": "record", "id": ident}} for ident in ("batch-1", "other-1")]
    told = world.post("/access/v1/evaluations", {"evaluations": items}).body["evaluations"]
    assert [each["decision"] for each in told] == [False, True]
    dry = world.run(
        "access", "check", "--actor", actor, "--action", "read", "--resource", "record:batch-1", "--dry-run", "--json"
    )
    assert (dry.code, dry.json["reasons"]) == (4, ["rule_forbids", "quiet-batch@1"])


def test_a_rule_that_errs_denies_in_its_scope_and_raises_one_alarm(world):
    actor = world.actor("unlucky")
    world.apply(rule("erring", "context.minute * 9223372036854775807 > 3 && context.weekday * 9223372036854775807 > 3"))
    for _ in range(3):
        assert answer(world, actor, "erring-1") == (False, ["rule_forbids", "quiet-erring@1", "rule_error"])
    assert answer(world, actor, "fine-1") == (True, ["granted"])
    findings = [each for each in records(world, "finding") if each["finding"] == "rule_error"]
    assert [("quiet-erring@1" in each["text"], each["severity"]) for each in findings] == [(True, "high")]


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("principal.tier = 3", "This is not Cedar: '=' is not a valid operator"),
        ('principal.teir == "high"', "attribute `teir` on entity type `Actor` not found"),
        ('principal.owner == "ops"', "optional attribute `owner`"),
        ('context.minute == "late"', "not compatible"),
    ],
)
def test_a_rule_that_is_not_sound_is_refused_with_file_line_and_field(world, condition, told):
    with pytest.raises(Faults) as caught:
        world.apply(rule("unsound", condition))
    [problem] = caught.value.problems
    assert (problem["file"], problem["line"], problem["field"]) == ("world.yaml", 5, "cedar")
    assert told in problem["message"]
    assert "quiet-unsound" not in world.run("export").out


def test_a_rule_cannot_permit(world):
    with pytest.raises(Invalid, match="can only `forbid`"):
        world.apply(rule("generous").replace("forbid", "permit"))


def test_rules_and_their_schema_are_shown(world):
    world.apply(rule("shown"))
    [row] = [each for each in world.server.client.get("/v1/rules")["items"] if each["id"] == "quiet-shown"]
    assert (row["revision"], row["scope"]) == (
        "quiet-shown@1",
        {"actions": ["read"], "resources": ["record:shown-*"]},
    )
    assert row["cedar"].startswith("forbid (principal")
    schema = world.server.client.get("/v1/rules/schema")["schema"]
    assert '"read"' in schema
    assert "entity Actor in [Team]" in schema


def test_a_rule_holds_again_after_a_restart(tmp_path):
    with running_server(tmp_path, free_port(), **USERS) as server:
        world = World(server)
        actor = world.actor("returning", tier="high")
        world.apply(rule("kept"))
    with running_server(tmp_path, free_port(), **USERS) as server:
        assert answer(World(server), actor, "kept-1") == (False, ["rule_forbids", "quiet-kept@1"])
