"""From observing to enforcing, from the front door."""

import json

import pytest

CONTRACT = """
kind: Contract
id: rollout-night
grants:
  - {actions: [read], resources: ["record:open"]}
---
{kind: Actor, id: rollout-bot, type: workload, owner: ops, purpose: Tests, state: active, contract: rollout-night}
"""


def point(name, mode):
    return json.dumps({"kind": "Point", "id": name, "type": "authzen", "mode": mode})


def declared(world, name):
    documents = map(json.loads, world.run("export", "--json").out.splitlines())
    return next(each for each in documents if (each["kind"], each["id"]) == ("Point", name)).get("mode")


@pytest.fixture(scope="module")
def roll(file_world):
    file_world.apply(CONTRACT)
    return file_world


def test_from_observe_to_enforce(roll):
    roll.apply(point("gate", {"default": "observe", "until": "2090-01-31"}))
    token = roll.point("gate")
    answer = roll.evaluate("rollout-bot", "write", "record-1", token)
    assert (answer["decision"], answer["context"]["reason"], answer["context"]["reasons"]) == (
        True,
        "observed",
        ["observed"],
    )
    assert not roll.evaluate("rollout-bot", "write", "record-1")["decision"]
    assert roll.evaluate("rollout-bot", "read", "open", token)["context"]["reason"] == "granted"

    (row,) = [each for each in roll.run("rollout", "report", "--json").json["items"] if each["point"] == "gate"]
    assert (row["point"], row["actor"], row["resource"]) == ("gate", "rollout-bot", "record:record-1")
    assert (row["mode"], row["reason"], row["count"]) == ("observe", "not_in_contract", 1)
    assert row["decision_id"] == answer["context"]["decision_id"]
    told = roll.run("decision", "explain", row["decision_id"])
    assert "the point only observes there. Enforced: rollout-bot may not write record:record-1" in told.out
    assert "rollout-bot" in roll.run("rollout", "report", "--point", "gate").out
    assert roll.run("rollout", "report", "--point", "other").out == "Nothing.\n"

    early = roll.run("rollout", "promote", "gate", "--quiet-for", "7d", "--json")
    assert (early.code, early.json["ready"]) == (5, False)
    assert early.json["refused"][0]["actor"] == "rollout-bot"
    assert early.json["too_young"][0]["place"] == "everything else"
    assert declared(roll, "gate")["default"] == "observe"


def test_a_quiet_point_is_promoted_step_by_step_and_the_export_shows_it(roll):
    roll.apply(point("calm", {"default": "observe", "until": "2090-01-31"}))
    token = roll.point("calm")
    soon = ("--quiet-for", "1s")
    dry = roll.run("rollout", "promote", "calm", "--quiet-for", "1s", "--dry-run")
    while dry.code == 5:  # Its mode is younger than a second at first.
        dry = roll.run("rollout", "promote", "calm", *soon, "--dry-run")
    assert dry.out == "everything else: would go from observe to warn\n"
    assert declared(roll, "calm")["default"] == "observe"
    assert roll.run("rollout", "promote", "calm", *soon).out == "everything else: went from observe to warn\n"
    assert declared(roll, "calm") == {"default": "warn", "until": "2090-01-31"}
    answer = roll.evaluate("rollout-bot", "write", "record-1", token)
    assert (answer["decision"], answer["context"]["reasons"]) == (True, ["warned", "not_in_contract"])
    while (done := roll.run("rollout", "promote", "calm", *soon)).code == 5:
        assert "everything else" in done.out or "not_in_contract" in done.out
    assert done.out == "everything else: went from warn to enforce\n"
    assert declared(roll, "calm") is None
    assert not roll.evaluate("rollout-bot", "write", "record-1", token)["decision"]
    assert roll.run("rollout", "promote", "calm", *soon).code == 5


def test_one_resource_is_promoted_by_itself(roll):
    roll.apply(point("part", {"observe": [{"resources": ["record:*"], "until": "2090-01-31"}]}))
    token = roll.point("part")
    assert roll.evaluate("rollout-bot", "write", "loud", token)["decision"]
    step = ("rollout", "promote", "part", "--quiet-for", "1s", "--resource", "record:calm")
    while (done := roll.run(*step)).code == 5:
        assert "record:calm: observe only since" in done.out
    assert done.out == "record:calm: went from observe to warn\n"
    assert roll.evaluate("rollout-bot", "write", "calm", token)["context"]["reason"] == "warned"
    assert roll.evaluate("rollout-bot", "write", "loud", token)["context"]["reason"] == "observed"
    loud = roll.run("rollout", "promote", "part", "--quiet-for", "1h", "--resource", "record:loud", "--json")
    assert (loud.code, [each["resource"] for each in loud.json["refused"]]) == (5, ["record:loud"])


def test_the_report_comes_in_pages(roll):
    roll.apply(point("pages", {"default": "warn", "until": "2090-01-31"}))
    token = roll.point("pages")
    for number in range(5):
        roll.evaluate("rollout-bot", "write", f"r{number}", token)
        roll.evaluate("rollout-bot", "write", f"r{number}", token)
    after, seen = "", []
    while True:
        page = roll.run("rollout", "report", "--limit", "2", "--json", *(("--after", after) if after else ())).json
        assert len(page["items"]) <= 2
        seen += [(each["resource"], each["count"]) for each in page["items"] if each["point"] == "pages"]
        if not (after := page["next"]):
            break
    assert seen == [(f"record:r{number}", 2) for number in range(5)]
    assert "There is more: --after " in roll.run("rollout", "report", "--limit", "2").err


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("report", "--since", "soon"), 1),
        (("report", "--since", "91d"), 1),
        (("report", "--after", "%%%"), 1),
        (("report", "--after", "WyJhIl0="), 1),
        (("promote", "nobody", "--quiet-for", "7d"), 3),
        (("promote", "pep"), 2),
        (("promote", "pep", "--quiet-for", "7 days"), 1),
    ],
)
def test_what_makes_no_sense_is_refused(world, words, code):
    assert world.run("rollout", *words).code == code


def test_observing_without_an_end_is_refused(world, tmp_path):
    file = tmp_path / "point.yaml"
    file.write_text(point("endless", {"default": "observe"}))
    told = world.run("apply", "-f", file)
    assert told.code == 1
    assert "mode.until" in told.err
