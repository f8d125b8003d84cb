from dataclasses import replace
from datetime import date

import pytest

from nameplate.boot.rules import review_of
from nameplate.boot.timezones import transitions
from nameplate.domain.actors import Actor, ActorType, Standing, State
from nameplate.domain.cases import Case
from nameplate.domain.contracts import Contract, Grant, Rate, Window
from nameplate.domain.errors import NotFound
from nameplate.domain.index import Index
from nameplate.domain.points import Exemption, Point
from nameplate.domain.policies import Rule, Scope
from nameplate.domain.registry import Registry
from nameplate.domain.requests import AccessRequest
from nameplate.domain.verdicts import Reason, Verdict
from nameplate.flows.cases import SOMEBODY, Cases
from tests.domain.index.worlds import MOMENTS, wall

NIGHT = Window((0,), 0, 1, "UTC")


def registry():
    contracts = {
        "day": Contract(
            "day", (Grant(("read",), ("app:x",)), Grant(("write",), ("app:x",), rate=Rate(1, 60))), revision=1
        ),
        "night": Contract("night", (Grant(("read",), ("app:x",), during=(NIGHT,)),), revision=4),
    }
    actors = {name: Actor(name, ActorType.BOT, "default", contract="day") for name in ("bot", "idle")}
    standings = {"bot": Standing(State.ACTIVE), "idle": Standing(State.SUSPENDED)}
    return Registry(contracts=contracts, actors=actors, standings=standings)


def tried(actor="", contract="", *, action="read", permit=True, reason="", point="", sent=None, **more):
    case = Case("c", actor, contract, action, "app:x", permit, reason, point=point)
    request = AccessRequest(actor, action, "app:x", MOMENTS[4] + 6 * 3_600_000_000)
    request = request._replace(resource_properties=sent or {})
    (found,) = Cases(replace(registry(), **more), transitions, wall, review_of).run(iter([(case, request)]))
    return found


def test_an_expected_answer_passes_and_another_does_not():
    assert tried("bot").passed
    assert not tried("bot", permit=False).passed
    assert tried("idle", permit=False, reason="state").passed
    assert not tried("idle", permit=False, reason="window").passed


def test_a_contract_can_be_tried_by_somebody_or_on_a_declared_actor():
    found = tried(contract="night", permit=False, reason="window")
    assert found.passed
    assert found.sentence.startswith(f"{SOMEBODY} may not read app:x: grant 1 of night@4 holds ")
    assert tried("bot", "night", permit=False, reason="window").passed
    assert tried("newcomer", "day").passed


def test_an_actor_that_is_not_declared_is_nobody():
    assert tried("nobody", permit=False, reason="unknown_actor").passed


def test_a_contract_that_is_not_declared_is_not_found():
    with pytest.raises(NotFound):
        tried("bot", "none")


def test_cases_leave_no_trace_on_one_another():
    case = Case("c", "bot", "", "write", "app:x", True)
    request = AccessRequest("bot", "write", "app:x", MOMENTS[4])
    assert all(each.passed for each in Cases(registry(), transitions, wall, review_of).run(iter([(case, request)] * 5)))


def test_two_evaluators_that_disagree_fail_the_case(monkeypatch):
    wrong = Verdict(True, Reason.PUBLIC_ZONE, (Reason.PUBLIC_ZONE,))
    monkeypatch.setattr(Index, "decide", lambda *_: wrong)
    found = tried("bot")
    assert (found.passed, found.other) == (False, wrong)


HEAD = "forbid (principal, action, resource)"
RULES = {"r": Rule("r", Scope(actions=("read",)), f'{HEAD} when {{ principal.contract == "day" }};', 3)}
LATER = Exemption(("app:*",), date(2099, 1, 1))


def test_rules_in_force_are_asked_after_the_contract():
    found = tried("bot", permit=False, reason="rule_forbids", rules=RULES)
    assert (found.passed, found.verdict.reasons) == (True, ("rule_forbids", "r@3"))
    assert "rule r@3 forbids it" in found.sentence
    assert tried("bot", action="write", rules=RULES).passed
    assert not tried("bot", rules=RULES).passed
    assert tried(contract="night", permit=False, reason="window", rules=RULES).passed


def test_a_rule_about_what_the_caller_sends_is_asked_with_the_properties_of_the_case():
    asks = "context.sent.resource has status && context.sent.resource.status"
    rules = {"r": Rule("r", Scope(actions=("read",)), f'{HEAD} when {{ {asks} == "shut" }};', 1)}
    points = {"p": Point("p", "http", "default", supplies={"resource.status": "text"})}
    assert tried("bot", permit=False, reason="rule_forbids", rules=rules, points=points, sent={"status": "shut"}).passed
    assert tried("bot", rules=rules, points=points, sent={"status": "open"}).passed
    assert tried("bot", rules=rules, sent={"status": "shut"}).passed


def test_a_mode_is_told_apart_and_makes_no_case_pass():
    points = {
        "p": Point("p", "http", "default", observe=(LATER,)),
        "strict": Point("strict", "http", "default"),
    }
    for point, softened in (("p", "observed"), ("strict", ""), ("nowhere", ""), ("", "")):
        found = tried("bot", permit=False, point=point, rules=RULES, points=points)
        assert (found.passed, found.softened) == (True, softened)
        assert not tried("bot", point=point, rules=RULES, points=points).passed
    assert tried("idle", permit=False, point="p", points=points).softened == ""
