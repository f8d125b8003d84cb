import json

import pytest

GOOD = """kind: Team
id: cli-team
name: Team of the command line
---
kind: Contract
id: cli-contract
grants:
  - actions: [read]
    resources: ["app:*"]
    rate: 120/h
"""
BAD = """kind: Team
id: never
name: Never
---
kind: Contract
id: broken
grants:
  - actions: [read]
    resources: ["app:*"]
    rate: 120
    colour: red
"""


@pytest.fixture(name="good")
def good_fixture(tmp_path):
    path = tmp_path / "good.yaml"
    path.write_text(GOOD)
    return path


def test_diff_tells_apply_does_and_then_there_is_nothing_left(world, good):
    if "cli-team" not in world.run("export").out:
        told = world.run("diff", "-f", good)
        assert (told.code, told.out.splitlines()) == (0, ["+ Team cli-team", "+ Contract cli-contract"])
        assert "cli-team" not in world.run("export").out
        assert world.run("apply", "-f", good).out == "2 created, 0 changed, 0 deleted, 0 unchanged\n"
    assert world.run("apply", "-f", good).out == "0 created, 0 changed, 0 deleted, 2 unchanged\n"
    assert world.run("diff", "-f", good).out == "No difference.\n"
    changed = GOOD.replace("120/h", "60/h")
    told = world.run("diff", "-f", "-", stdin=changed)
    assert told.out.splitlines()[0] == "~ Contract cli-contract"
    assert "120/h -> 60/h" in told.out


def test_what_is_exported_changes_nothing_when_applied(world, good, tmp_path):
    world.run("apply", "-f", good)
    world.order("suspend", world.actor("exported"))
    exported = world.run("export")
    assert exported.code == 0
    (tmp_path / "all.yaml").write_text(exported.out)
    told = world.run("diff", "-f", tmp_path / "all.yaml", "--json").json
    assert {each["op"] for each in told["operations"]} == {"unchanged"}
    assert world.run("export").out == exported.out
    world.run("apply", "-f", tmp_path / "all.yaml")
    assert world.run("actor", "show", "exported", "--json").json["state"] == "suspended"


def test_json_is_one_document_a_line(world):
    documents = [json.loads(line) for line in world.run("export", "--json").out.splitlines()]
    assert {"kind", "id"} <= documents[0].keys()
    assert {"alice", "bob"} <= {each["id"] for each in documents}


@pytest.mark.parametrize("verb", ["apply", "diff"])
def test_faults_are_told_with_file_line_field_and_remedy_and_nothing_is_applied(world, tmp_path, verb):
    path = tmp_path / "bad.yaml"
    path.write_text(BAD)
    told = world.run(verb, "-f", path)
    assert (told.code, told.out) == (1, "")
    lines = told.err.splitlines()
    assert lines[0].startswith(f"{path}:10: grants[0].rate: ")
    assert "120/h" in lines[0]
    assert lines[1].startswith(f"{path}:11: grants[0].colour: ")
    assert lines[-1] == "nameplate: Nothing was applied."
    assert "never" not in world.run("export").out
    document = world.run(verb, "-f", path, "--json").json
    assert document["error"] == "manifest_invalid"
    assert {"file", "line", "field", "message", "remedy"} <= document["problems"][0].keys()


@pytest.mark.parametrize(
    "text", ["kind: [", "\t", "a: &x [*x]", "kind: Nonsense\nid: x", "- 1", "kind: Team\nid: x\nid: y\nname: X"]
)
def test_what_is_no_manifest_ends_with_1_and_a_line_number(world, text):
    told = world.run("apply", "-f", "-", stdin=text)
    assert told.code == 1
    assert told.err.startswith("-:")


def test_a_file_that_is_not_there_ends_with_1(world, tmp_path):
    told = world.run("apply", "-f", tmp_path / "absent.yaml")
    assert (told.code, "absent.yaml" in told.err) == (1, True)
    (tmp_path / "binary.yaml").write_bytes(b"\xff\xfe")
    assert world.run("apply", "-f", tmp_path / "binary.yaml").code == 1


def test_apply_warns_that_it_lifts_no_stop(world):
    actor = world.actor("cli-held")
    world.order("suspend", actor)
    text = f"kind: Actor\nid: {actor}\ntype: workload\nowner: ops\npurpose: Tests\nstate: active\ncontract: author\n"
    told = world.run("apply", "-f", "-", stdin=text)
    assert told.code == 0
    assert f"warning: -:6: state: {actor} stays suspended" in told.err
    assert not world.permits(actor)


def test_a_contract_that_says_read_only_may_not_grant_more(world):
    text = 'kind: Contract\nid: only-read\nonly: read\ngrants:\n- {actions: [write], resources: ["app:*"]}'
    told = world.run("apply", "-f", "-", stdin=text)
    assert (told.code, "only-read" in world.run("export").out) == (1, False)


def test_pruning_deletes_what_no_manifest_names_but_no_actor(own_world):
    own_world.apply("{kind: Team, id: superfluous, name: X}")
    exported = own_world.run("export").out
    kept = "\n---\n".join(each for each in exported.split("---\n") if "superfluous" not in each)
    told = own_world.run("apply", "-f", "-", "--prune", stdin=kept)
    assert "1 deleted" in told.out
    assert "superfluous" not in own_world.run("export").out
    assert own_world.permits("alice")
