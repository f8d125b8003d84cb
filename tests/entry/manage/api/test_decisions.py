import pytest

from nameplate.domain.errors import NotFound


def test_a_decision_is_shown_as_it_was_recorded(world):
    answer = world.evaluate("bob", "write", "record-1", context={"ip": "10.1.2.3", "task": "t1"})
    decision_id = answer["context"]["decision_id"]
    record = world.server.client.get(f"/v1/decisions/{decision_id}")
    expected = {"decision_id": decision_id, "decision": "deny", "reason": "where", "actor": "bob", "point": "pep"}
    assert expected | {"ip": "10.1.2.3", "task": "t1"} == {name: record[name] for name in (*expected, "ip", "task")}


def test_an_explanation_says_who_and_why(world):
    decision_id = world.evaluate("bob", "write", "record-1")["context"]["decision_id"]
    told = world.server.client.get(f"/v1/decisions/{decision_id}/explanation")
    assert (told["decision"], told["reason"], told["contract_revision"]) == ("deny", "where", "reader@1")
    assert "bob" in told["sentence"]


@pytest.mark.parametrize("decision_id", ["n-1", "1", "x", "n-99999999999999999999", "n--1"])
def test_what_was_never_decided_is_not_found(world, decision_id):
    for path in (f"/v1/decisions/{decision_id}", f"/v1/decisions/{decision_id}/explanation"):
        with pytest.raises(NotFound):
            world.server.client.get(path)


def test_a_record_that_is_no_decision_is_none(world):
    node = world.evaluate("bob", "read", "record-1")["context"]["decision_id"].rpartition("-")[0]
    with pytest.raises(NotFound):
        world.server.client.get(f"/v1/decisions/{node}-1")
