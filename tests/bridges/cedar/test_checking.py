import time

import pytest

from nameplate.bridges.cedar.checking import MAX_INTRICACY, MAX_STATEMENTS, faults
from nameplate.domain.policies import Rule, Scope
from nameplate.domain.supplies import Type

HEAD = "forbid (principal, action, resource)"
ZONES = Scope(("enter",), ("zone:*",))


def told(cedar, scope=ZONES, actions=("enter",), **more):
    return list(faults(Rule("r", scope, cedar, 1), actions, **more))


@pytest.mark.parametrize(
    "cedar",
    [
        f"{HEAD};",
        f'@id("mine") {HEAD} when {{ resource.public }};',
        'forbid (principal == Actor::"a", action == Action::"enter", resource == Zone::"x");',
        f"{HEAD}; // and again\n{HEAD};",
    ],
)
def test_a_sound_rule_has_no_faults(cedar):
    assert told(cedar) == []


@pytest.mark.parametrize(
    ("cedar", "why"),
    [
        ("", "no statement"),
        ("// nothing", "no statement"),
        ("forbid (principal, action whn", "not Cedar"),
        ("permit (principal, action, resource);", "only `forbid`"),
        (f"{HEAD}; permit (principal, action, resource);", "only `forbid`"),
        ("forbid (principal == ?principal, action, resource);", "slots"),
        (f"{HEAD} when {{ principal.mood == 1 }};", "`mood`"),
        (f'{HEAD} when {{ principal.owner == "x" }};', "optional attribute `owner`"),
        (f'{HEAD} when {{ resource == Zne::"x" }};', "`Zne`"),
        ('forbid (principal, action == Action::"entr", resource);', 'Action::"entr"'),
        ("forbid (principal, action, resource is Nowhere);", "`Nowhere`"),
        ("forbid (principal is Zone, action, resource);", "scope constraints"),
        (f'{HEAD} when {{ ip("10.0.0.0/99").isLoopback() }};', "IP address"),
        (f"{HEAD}; {HEAD} when {{ context.minute == true }};", "statement 2"),
    ],
)
def test_an_unsound_rule_is_told_why(cedar, why):
    assert why in " ".join(told(cedar))


@pytest.mark.parametrize(
    "cedar",
    [
        f"{HEAD} when {{ {'(' * 4_000}true{')' * 4_000} }};",
        f"{HEAD} when {{ {'[' * 4_000}{']' * 4_000} == [] }};",
        f"{HEAD} when {{ {'{a:' * 2_000}1{'}' * 2_000} == 1 }};",
        f"{HEAD} when {{ context has {'a.' * 4_000}a }};",
        f"{HEAD} when {{ {'!' * 8_000}true }};",
        f"{HEAD} when {{ {'-' * 8_000}1 == 1 }};",
        f"{HEAD} when {{ {'true && ' * 1_000}true }};",
        f"{HEAD} when {{ {'if true then true else ' * 350}true }};",
        f"{HEAD} when {{ 1 {'+ 1' * 2_000} == 1 }};",
        f"{HEAD};" * (MAX_STATEMENTS + 1),
        "@a " * 2_600 + f"{HEAD};",
        "\\" * 8_000,
        '"' * 8_000,
    ],
)
def test_what_could_exhaust_the_parser_is_refused_at_once(cedar):
    started = time.monotonic()
    assert told(cedar)
    assert time.monotonic() - started < 10


def test_the_bound_leaves_room_for_what_people_write():
    half = MAX_INTRICACY // 2 - 2
    assert told(f"{HEAD} when {{ {'(' * half}true{')' * half} }};") == []


@pytest.mark.parametrize("name", ['say \\"hi\\"', "a100", "a1", "a\\u{31}"])
def test_among_many_actions_each_can_be_named_and_no_other(name):
    actions = [f"a{number}" for number in range(2_000)] + ['say "hi"']
    assert told(f'forbid (principal, action == Action::"{name}", resource);', actions=actions) == []
    assert told('forbid (principal, action == Action::"a2000", resource);', actions=actions)


def test_a_rule_is_held_against_the_kinds_of_its_scope_alone():
    public = f"{HEAD} when {{ resource.public }};"
    assert told(public) == []
    assert "`public`" in " ".join(told(public, Scope(("enter",))))
    assert "`public`" in " ".join(told(public, Scope(("enter",), ("zone:a", "record:*"))))


@pytest.mark.parametrize(
    ("condition", "stranger"),
    [
        ("context has tsak", "context.tsak"),
        ("context.sent has subject", "context.sent.subject"),
        ("context.sent.resource has mood && context.sent.resource.mood", "context.sent.resource.mood"),
        ('true && !(context["sent"].resource has "m\\u{6f}od")', "context.sent.resource.mood"),
        ("context has sent.resource.mood", "context.sent.resource.mood"),
        ("context.sent.action has status", "context.sent.action.status"),
    ],
)
def test_a_rule_that_asks_for_what_is_never_there_is_told_so(condition, stranger):
    """Cedar takes it as sound, and it would never forbid anything."""
    told_of = " ".join(told(f"{HEAD} when {{ {condition} }};", supplies={("resource", "status"): Type.TEXT}))
    assert f"`{stranger}`" in told_of


def test_a_rule_may_ask_for_what_is_supplied_and_not_for_what_is_no_more():
    asked = f'{HEAD} when {{ context.sent.resource has status && context.sent.resource.status == "closed" }};'
    assert told(asked, supplies={("resource", "status"): Type.TEXT}) == []
    assert told(asked, supplies={("resource", "status"): Type.INTEGER})
    assert told(asked)
