"""A decision is explained as it was made, whatever has been declared since."""

import pytest

from nameplate.domain.errors import NotFound

CONTRACT = 'kind: Contract\nid: {ident}\ngrants:\n- {{actions: [read], resources: ["record:*"], payloads: [{payload}]}}'


def explained(world, decision_id):
    return world.server.client.get(f"/v1/decisions/{decision_id}/explanation")


def asked(world, actor, payload):
    answer = world.evaluate(actor, "read", "record-1", context={"payload": payload})
    return answer["decision"], answer["context"]["decision_id"]


def test_the_revision_that_decided_explains(world):
    world.apply(CONTRACT.format(ident="former", payload="medication"))
    actor = world.actor("of-former", contract="former")
    refused, first = asked(world, actor, "food")
    world.apply(CONTRACT.format(ident="former", payload="food"))
    permitted, second = asked(world, actor, "food")
    assert (refused, permitted) == (False, True)
    told = explained(world, first)
    assert (told["decision"], told["reason"], told["contract_revision"]) == ("deny", "payload", "former@1")
    assert "medication" in told["wanted"]
    assert "food" in told["found"]
    assert told["remedy"]
    told = explained(world, second)
    assert (told["decision"], told["contract_revision"], told["remedy"]) == ("permit", "former@2", "")
    assert "medication" not in told["sentence"]


def test_a_refusal_for_its_state_is_still_one_after_the_state_has_changed(world):
    actor = world.actor("of-former-state")
    world.order("suspend", actor)
    decision_id = world.evaluate(actor, "read", "record-1")["context"]["decision_id"]
    world.order("activate", actor)
    assert (explained(world, decision_id)["reason"], "suspended" in explained(world, decision_id)["sentence"]) == (
        "state",
        True,
    )


def test_a_refusal_of_somebody_unknown_is_explained(world):
    decision_id = world.evaluate("nobody-at-all", "read", "record-1")["context"]["decision_id"]
    told = explained(world, decision_id)
    assert (told["reason"], told["actor"], told["contract_revision"]) == ("unknown_actor", "nobody-at-all", "")
    assert "nobody-at-all" in told["sentence"]


@pytest.mark.parametrize("change", [lambda i: f"x{i}", lambda i: f"{i} ", lambda i: i.upper(), lambda i: f"{i}0000000"])
@pytest.mark.parametrize("path", ["/v1/decisions/{}", "/v1/decisions/{}/explanation"])
def test_an_id_that_is_nearly_right_finds_nothing(world, path, change):
    decision_id = asked(world, "alice", "none")[1]
    assert world.server.client.get(path.format(decision_id))["decision_id"] == decision_id
    with pytest.raises(NotFound) as refused:
        world.server.client.get(path.format(change(decision_id).replace(" ", "%20")))
    assert refused.value.remedy
