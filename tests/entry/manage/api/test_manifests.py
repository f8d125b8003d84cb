from concurrent.futures import ThreadPoolExecutor

import pytest

from nameplate.domain.errors import Invalid, NameplateError


def apply(world, text, verb="apply"):
    return world.server.client.post(f"/v1/{verb}", {"files": [{"name": "m.yaml", "text": text}]})


def test_what_is_applied_is_in_force_when_the_answer_comes(world):
    for number in range(5):
        actor = world.actor(f"at-once-{number}")
        assert world.permits(actor)
        assert actor in "".join(world.server.client.lines("/v1/export?format=ndjson"))


def test_a_narrower_contract_bites_at_once(world):
    apply(world, 'kind: Contract\nid: narrowing\ngrants:\n- {actions: [read], resources: ["record:*"]}')
    actor = world.actor("narrowed-down", contract="narrowing")
    assert world.permits(actor)
    answer = apply(world, 'kind: Contract\nid: narrowing\ngrants:\n- {actions: [read], resources: ["record:other"]}')
    assert [each["op"] for each in answer["operations"]] == ["update"]
    denied = world.evaluate(actor, "read", "record-1")["context"]
    assert (denied["reason"], denied["contract_revision"]) == ("not_in_contract", "narrowing@2")


def test_one_fault_spoils_all_files(world):
    files = [
        {"name": "good.yaml", "text": "{kind: Team, id: half-applied, name: X}"},
        {"name": "bad.yaml", "text": "{kind: Actor, id: nameless}"},
    ]
    with pytest.raises(Invalid):
        world.server.client.post("/v1/apply", {"files": files})
    assert "half-applied" not in world.run("export").out


def test_a_difference_changes_nothing(world):
    answer = apply(world, "{kind: Team, id: only-looked-at, name: X}", "diff")
    assert [(each["op"], each["id"]) for each in answer["operations"]] == [("create", "only-looked-at")]
    assert "seq" not in answer
    assert "only-looked-at" not in world.run("export").out


def test_applying_twice_writes_one_record(world):
    text = "{kind: Team, id: idempotent, name: X}"
    assert "seq" in apply(world, text)
    again = apply(world, text)
    assert [each["op"] for each in again["operations"]] == ["unchanged"]
    assert "seq" not in again


def test_many_at_once_are_applied_one_after_the_other(world):
    def one(number):
        try:
            return apply(world, f"{{kind: Team, id: crowd-{number}, name: X}}")["seq"]
        except NameplateError as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        seqs = list(pool.map(one, range(16)))
    assert len(set(seqs)) == 16, seqs
    exported = world.run("export").out
    assert [number for number in range(16) if f"id: crowd-{number}\n" not in exported] == []


def test_an_export_comes_in_two_forms_and_no_third(world):
    assert "".join(world.server.client.lines("/v1/export")).count("kind: Contract") >= 2
    with pytest.raises(Invalid):
        list(world.server.client.lines("/v1/export?format=xml"))
