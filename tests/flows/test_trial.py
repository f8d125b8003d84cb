from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nameplate.boot.rules import rules_of
from nameplate.boot.timezones import transitions
from nameplate.domain.actors import Actor, ActorType, Standing, State
from nameplate.domain.contracts import Contract, Grant, Rate
from nameplate.domain.contracts import Test as Line
from nameplate.domain.index import Index
from nameplate.domain.places import Door, Reader
from nameplate.domain.points import Exemption, Point
from nameplate.domain.policies import Rule, Scope
from nameplate.domain.registry import Registry
from nameplate.domain.timestamps import rfc3339
from nameplate.flows.trial import Clocks, Trial, report
from tests.domain.index.worlds import MOMENTS, Dice, wall

CLOCKS = Clocks(transitions, wall)
READ, WRITE = Grant(("read",), ("app:x",)), Grant(("write",), ("app:*",))
DOORS = {"d": Door("d", "default", ("hall", "ward"), (Reader("r1", "hall"), Reader("r2", "ward")))}


def registry(*grants, state=State.ACTIVE, **contract):
    return Registry(
        doors=DOORS,
        contracts={"c": Contract("c", grants, revision=1, **contract)},
        actors={"bot": Actor("bot", ActorType.BOT, "default", owner="ops", contract="c")},
        standings={"bot": Standing(state)},
    )


def decision(action="read", *, at=0, reason="granted", actor="bot", resource="app:x", **more):
    permit = reason in ("granted", "observed", "way_out")
    return {
        "kind": "decision",
        "at": rfc3339(MOMENTS[4] + at * 1_000_000),
        "decision_id": f"n-{at}",
        "decision": "permit" if permit else "deny",
        "reason": reason,
        "reasons": [reason, "not_in_contract"] if reason == "observed" else [reason],
        "actor": actor,
        "action": action,
        "resource": resource,
        "contract_revision": "c@1",
    } | more


def trial(now, draft, *records, zones=None, verify=1):
    made = Trial(now, draft, zones or {}, CLOCKS, verify, rules=rules_of)
    for record in records:
        made.take(record)
    assert made.mismatches == 0
    return report(made)


def test_what_a_narrower_draft_denies_is_listed_with_its_reason_and_the_last_examples():
    records = [decision("write", at=number) for number in range(5)]
    found = trial(registry(READ, WRITE), registry(READ), *records, decision("read", at=9))
    change = {"actor": "bot", "action": "write", "resource": "app:x", "reason": "not_in_contract"}
    assert found["newly_denied"] == [change | {"count": 5, "examples": ["n-2", "n-3", "n-4"]}]
    assert found["newly_permitted"] == []
    assert (found["counts"]["compared"], found["counts"]["newly_denied"]) == (6, 5)


def test_what_a_wider_draft_permits_is_listed_with_the_reason_that_falls_away():
    refused = decision("write", reason="not_in_contract")
    observed = decision("write", reason="observed", at=1)
    (change,) = trial(registry(READ), registry(READ, WRITE), refused, observed)["newly_permitted"]
    assert (change["reason"], change["count"]) == ("not_in_contract", 2)


def test_a_draft_that_changes_nothing_changes_nothing():
    found = trial(registry(READ), registry(READ), decision(), decision("write", reason="not_in_contract"))
    assert (found["newly_denied"], found["newly_permitted"], found["counts"]["drifted"]) == ([], [], 0)


def test_a_stop_since_then_does_not_hide_what_the_draft_changes():
    found = trial(registry(READ, state=State.RETIRED), registry(state=State.RETIRED), decision())
    assert found["counts"]["newly_denied"] == 1


@pytest.mark.parametrize("reason", ["state", "cut_off", "replayed", "lockdown", "simulated_effect"])
def test_what_was_decided_before_any_contract_is_not_compared(reason):
    counts = trial(registry(READ), registry(), decision(reason=reason))["counts"]
    assert (counts["not_on_contracts"], counts["compared"]) == (1, 0)


def test_simulations_and_strangers_are_not_compared_and_said_so():
    counts = trial(registry(READ), registry(), decision(simulated=True), decision(actor="gone"))["counts"]
    assert (counts["simulated"], counts["not_on_contracts"], counts["compared"]) == (1, 1, 0)


def test_an_expiry_of_the_draft_counts_at_the_time_of_each_decision():
    expiring = registry(READ, expires=date(2026, 11, 23))
    before, after = decision(at=-86_400), decision(at=0)
    (change,) = trial(registry(READ), expiring, before, after)["newly_denied"]
    assert (change["reason"], change["count"]) == ("contract_expired", 1)


def test_rates_run_on_the_recorded_time_each_under_its_own_permits():
    slow = replace(READ, rate=Rate(2, 60))
    records = [decision(at=at) for at in (0, 10, 20, 65, 75, 76)]
    (change,) = trial(registry(READ), registry(slow), *records)["newly_denied"]
    assert (change["reason"], change["examples"]) == ("rate", ["n-20", "n-76"])


def test_a_clock_that_was_set_back_does_not_break_the_rates():
    slow = replace(READ, rate=Rate(1, 60))
    records = [decision(at=100), decision(at=50), decision(at=170)]
    found = trial(registry(READ), registry(slow), *records)
    assert [each["examples"] for each in found["newly_denied"]] == [["n-50"]]


def test_what_depends_on_properties_that_are_not_on_record_is_said_to_be_undecidable():
    asks = replace(READ, where=(Line(("resource", "status"), ("open",)),))
    found = trial(registry(READ), registry(asks), decision())
    assert (found["newly_denied"], found["counts"]["undecidable"]) == ([], 1)
    assert found["undecidable"][0] | {"examples": []} == {
        "actor": "bot",
        "action": "read",
        "resource": "app:x",
        "count": 1,
        "examples": [],
    }
    either = trial(registry(READ), registry(asks, READ), decision())
    assert either["counts"]["undecidable"] == 0
    refused_anyway = trial(registry(READ), registry(replace(asks, actions=("write",))), decision())
    assert refused_anyway["counts"]["newly_denied"] == 1


def test_what_was_answered_is_known_where_the_contract_is_still_the_same():
    asks = replace(READ, where=(Line(("resource", "status"), ("open",)),))
    assert trial(registry(asks), registry(), decision())["counts"]["newly_denied"] == 1
    assert trial(registry(asks), registry(), decision(reason="where"))["counts"]["newly_denied"] == 0
    assert trial(registry(asks), registry(asks), decision())["counts"]["undecidable"] == 0


def test_what_the_registry_knows_is_decidable():
    owned = replace(READ, where=(Line(("subject", "owner"), ("ops",)),))
    other = replace(READ, where=(Line(("subject", "owner"), ("else",)),))
    assert trial(registry(READ), registry(owned), decision())["counts"]["newly_denied"] == 0
    assert trial(registry(READ), registry(other), decision())["counts"]["newly_denied"] == 1


def test_where_an_actor_stood_comes_from_its_passages():
    inward, outward = Grant(("enter",), ("zone:ward",)), Grant(("enter",), ("zone:hall",))
    enter = {"actor": "bot", "resource": "door:d", "presence": "reader"}
    passage = {
        "kind": "outcome",
        "happening": "passage",
        "actor": "bot",
        "door": "d",
        "from_zone": "hall",
        "to_zone": "ward",
    }
    before, after = decision("enter", at=1, **enter), decision("enter", at=2, **enter)
    found = trial(registry(inward, outward), registry(inward), before, passage, after, zones={"bot": "hall"})
    assert [(each["examples"], each["reason"]) for each in found["newly_denied"]] == [(["n-2"], "not_in_contract")]


@settings(max_examples=60)
@given(st.integers(0, 2**32))
def test_whatever_was_asked_the_answers_are_those_of_the_reference(seed):
    dice = Dice(seed)
    worlds = []
    for _ in range(2):
        actor = dice.actor()
        world = Registry(actors={actor.id: actor}, standings={actor.id: Standing(State.ACTIVE)})
        for table, draw in (
            ("sites", dice.site),
            ("zones", dice.zone),
            ("doors", dice.door),
            ("contracts", dice.contract),
        ):
            getattr(world, table).update({each.id: each for each in (draw(), draw())})
        worlds.append(world)
    made = Trial(worlds[0], worlds[1], {}, CLOCKS, 1, rules=rules_of)
    for number in range(30):
        asked = dice.request()
        fields = ("environment", "task", "payload", "presence", "reader")
        kept = {name: value for name in fields if (value := getattr(asked, name)) is not None}
        made.take(decision(asked.action, actor=asked.actor, resource=asked.resource, at=number, **kept))
    assert made.mismatches == 0


def test_a_wrong_index_is_found(monkeypatch):
    honest = Index.decide
    monkeypatch.setattr(Index, "decide", lambda *asked: honest(*asked)._replace(grant=99))
    made = Trial(registry(READ), registry(READ), {}, CLOCKS, 1, rules=rules_of)
    made.take(decision())
    assert (made.verified, made.mismatches) == (2, 2)


def rule(condition="true", ident="r"):
    cedar = f"forbid (principal, action, resource) when {{ {condition} }};"
    return {ident: Rule(ident, Scope(actions=("read",)), cedar, 1)}


def test_a_rule_in_the_draft_denies_and_one_that_it_drops_permits():
    bare, ruled = registry(READ), replace(registry(READ), rules=rule())
    (change,) = trial(bare, ruled, decision())["newly_denied"]
    assert (change["reason"], change["count"]) == ("rule_forbids", 1)
    refused = decision(reason="rule_forbids")
    (change,) = trial(ruled, bare, refused)["newly_permitted"]
    assert change["reason"] == "rule_forbids"
    found = trial(ruled, ruled, refused)
    assert (found["newly_denied"], found["newly_permitted"], found["counts"]["rules"]) == ([], [], 1)


def test_what_a_mode_would_permit_for_now_is_counted_apart():
    later = Exemption(("app:*",), date(2099, 1, 1))
    points = {"p": Point("p", "http", "default", observe=(later,)), "q": Point("q", "http", "default")}
    draft = replace(registry(), points=points)
    found = trial(registry(READ), draft, *(decision(at=number, point=point) for number, point in enumerate("ppq")))
    assert (found["counts"]["newly_denied"], found["counts"]["softened"]) == (3, 2)
    assert found["newly_denied"][0]["softened"] == 2


def test_a_rule_about_what_is_not_on_record_leaves_it_undecided():
    points = {"p": Point("p", "http", "default", supplies={"resource.status": "text"})}
    asks = 'context.sent.resource has status && context.sent.resource.status == "shut"'
    now, draft = (replace(each, points=points) for each in (registry(READ), replace(registry(READ), rules=rule(asks))))
    records = [decision(at=0), *(decision(at=1, sent={"resource": {"status": each}}) for each in ("shut", "open"))]
    found = trial(now, draft, *records)
    assert (found["counts"]["undecidable"], found["counts"]["newly_denied"]) == (1, 1)
    assert trial(draft, draft, *records)["counts"]["undecidable"] == 0
