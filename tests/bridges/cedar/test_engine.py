import cedarpy
import pytest

from nameplate.bridges.cedar import CedarEngine
from nameplate.domain.policies import Rule, Scope
from nameplate.domain.supplies import Type
from nameplate.ports.policies import Entity, Ruling

HEAD = "forbid (principal, action, resource)"
ACTOR = Entity("amr-1", {"id": "amr-1", "type": "robot", "site": "clinic", "tier": "high"}, ("ops",))
ZONE = Entity("ward", {"kind": "zone", "id": "ward", "public": False})
NOW = {"minute": 5, "weekday": 1, "date": 20_261_123, "presence": "reader", "payload": "none"}


def rule(ident, condition, head=HEAD):
    return Rule(ident, Scope(("enter",)), f"{head} when {{ {condition} }};", 1)


def ask(*rules, actor=ACTOR, resource=ZONE, action="enter", **more):
    return CedarEngine().prepare(rules, actor, resource).ask(action, NOW | more)


def test_a_rule_that_holds_forbids_and_one_that_does_not_stays_silent():
    late, early = rule("late", "context.minute > 4"), rule("early", "context.minute < 4")
    assert ask(late, early) == Ruling(("late@1",))
    assert ask(early) == Ruling()
    assert ask() == Ruling()


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ('principal in Team::"ops"', True),
        ('principal in Team::"it"', False),
        ('principal == Actor::"amr-1"', True),
        ('resource == Zone::"ward"', True),
        ("resource is Door", False),
        ('action == Action::"enter"', True),
        ('context.ip.isInRange(ip("10.0.0.0/8"))', True),
        ('context.ip.isInRange(ip("11.0.0.0/8"))', False),
        ('resource.id like "w*d"', True),
    ],
)
def test_what_a_rule_can_ask_about(condition, holds):
    assert ask(rule("r", condition), ip="10.1.2.3").forbid == (("r@1",) if holds else ())


def test_an_odd_action_and_an_odd_resource_are_just_names():
    odd = Entity('a"b\\\n', {"kind": "record", "id": 'a"b\\\n'})
    assert ask(rule("r", 'resource.kind == "record"'), resource=odd, action='set "x"').forbid == ("r@1",)


def test_cedar_permits_where_a_forbid_errs_and_we_do_not():
    """The trap: a `forbid` that cannot be evaluated is skipped, and the answer is Allow."""
    trap = 'forbid (principal, action, resource) when { principal.owner == "ops" };'
    bare = cedarpy.is_authorized(
        {
            "principal": {"type": "Actor", "id": "a"},
            "action": {"type": "Action", "id": "enter"},
            "resource": {"type": "Zone", "id": "z"},
            "context": {},
        },
        f"permit (principal, action, resource); {trap}",
        "[]",
    )
    assert bare.allowed
    assert bare.diagnostics.errors
    ruling = ask(Rule("trap", Scope(("enter",)), trap, 1), rule("fine", "false"))
    assert (ruling.forbid, [name for name, _ in ruling.failed]) == ((), ["trap@1"])
    assert "owner" in ruling.failed[0][1]


def test_one_statement_that_errs_is_enough_and_hides_no_other():
    both = Rule("both", Scope(("enter",)), f"{HEAD} when {{ context.minute > 4 }}; {HEAD} when {{ context.nix }};", 1)
    ruling = ask(both)
    assert ruling.forbid == ("both@1",)
    assert [name for name, _ in ruling.failed] == ["both@1"]


@pytest.mark.parametrize("ip", ["nonsense", "10.0.0.1/99"])
def test_circumstances_that_cannot_be_taken_fail_every_rule(ip):
    failed = ask(rule("a", "false"), rule("b", "false"), ip=ip).failed
    assert [name for name, _ in failed] == ["a@1", "b@1"]


def test_an_actor_that_cannot_be_taken_fails_every_rule():
    broken = Entity("a", {"id": "a\ud800"})
    assert [name for name, _ in ask(rule("a", "false"), actor=broken).failed] == ["a@1"]


def test_a_rule_that_cannot_be_read_fails_alone():
    """As after a change of Cedar itself: the journal holds what this version would refuse."""
    ruling = ask(Rule("old", Scope(("enter",)), "forbid whatever", 1), rule("fine", "true"))
    assert ruling.forbid == ("fine@1",)
    assert [name for name, _ in ruling.failed] == ["old@1"]


def test_a_pattern_made_to_take_long_does_not():
    slow = rule("slow", f'"{"a" * 3_000}b" like "{"*a" * 1_500}*c"')
    assert ask(slow) == Ruling()


def test_the_engine_checks_and_shows_its_schema():
    engine = CedarEngine()
    assert engine.faults(rule("r", "context.minute < 4"), ["enter"]) == []
    assert engine.faults(rule("r", "context.hour < 4"), ["enter"])
    assert '"enter"' in engine.schema(["enter"])


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ('context.sent.resource has status && context.sent.resource.status == "closed"', True),
        ('context.sent.resource has status && context.sent.resource.status == "open"', False),
        ("context.sent.resource has mood", False),
        ('context.sent.action.value.greaterThan(decimal("59.9999"))', True),
        ('context.sent.action.value.greaterThan(decimal("60.0"))', False),
        ('context.sent.action.low.lessThan(decimal("0.0"))', True),
        ('context.sent.context.tags.contains("a")', True),
    ],
)
def test_what_a_caller_sent_can_be_asked_about(condition, holds):
    told = {"resource": {"status": "closed"}, "action": {"value": 60.0, "low": -9e14}, "context": {"tags": ("a", "b")}}
    ruling = ask(rule("r", condition), sent=told)
    assert ruling == (Ruling(("r@1",)) if holds else Ruling())


def test_the_engine_checks_against_what_callers_send():
    engine, asked = CedarEngine(), rule("r", "context.sent.action has value && context.sent.action.value > 5")
    assert engine.faults(asked, ["enter"], {("action", "value"): Type.INTEGER}) == []
    assert engine.faults(asked, ["enter"], {("action", "value"): Type.TEXT})
    assert engine.faults(asked, ["enter"]) == ["`context.sent.action.value` is never there: no point supplies it."]
    assert '"value"?: Long' in engine.schema(["enter"], {("action", "value"): Type.INTEGER})
