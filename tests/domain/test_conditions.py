import math
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.actors import Actor, ActorType, Standing, State, Unit
from nameplate.domain.conditions import MISSING, REGISTERED, all_hold, any_holds, find, matches, registered
from nameplate.domain.contracts import Test as Line
from nameplate.domain.contracts import Value
from nameplate.domain.requests import AccessRequest

ROBOT = Actor("amr-1", ActorType.ROBOT, "clinic", Unit("Acme", "T3", "7"), owner="team", contract="k1")
ACTIVE = Standing(State.ACTIVE)
ANY = ("context", "v")


def ask(**properties: Any) -> AccessRequest:
    return AccessRequest("amr-1", "read", "app:x", 0, **properties)


def line(*values: Value) -> Line:
    return Line(ANY, values)


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        (True, True, True),
        (True, 1, False),
        (1, True, False),
        (False, 0, False),
        (0, False, False),
        (0, None, False),
        ("", None, False),
        (None, None, True),
        (None, MISSING, False),
        (1, 1.0, True),
        (1.0, 1, True),
        (0.0, -0.0, True),
        ("1", 1, False),
        (1, "1", False),
        ("a", "a", True),
        ("a", "A", False),
        (math.nan, math.nan, False),
        (1, math.nan, False),
        (math.inf, math.inf, True),
        (2**53 + 1, float(2**53), False),
        ("a", ["a"], False),
        ("a", {"a": 1}, False),
    ],
)
def test_values_are_compared_with_their_types(wanted: Value, found: Any, *, same: bool) -> None:
    assert matches(line(wanted), found) is same


@pytest.mark.parametrize(
    ("low", "high", "found", "within"),
    [
        (0, 60, 0, True),
        (0, 60, 60, True),
        (0, 60, 60.000001, False),
        (0, 60, -1, False),
        (0, None, 1e300, True),
        (None, 60, -1e300, True),
        (None, None, 5, True),
        (None, None, "5", False),
        (0, 60, True, False),
        (0, 60, "30", False),
        (0, 60, None, False),
        (0, 60, MISSING, False),
        (0, 60, math.nan, False),
        (None, None, math.nan, False),
        (0, None, math.inf, True),
        (0, 60, [30], False),
    ],
)
def test_a_range_holds_numbers_alone(low: float | None, high: float | None, found: Any, *, within: bool) -> None:
    assert matches(Line(ANY, None, low, high), found) is within


def test_no_value_matches_an_empty_list() -> None:
    assert not matches(line(), None)


def test_every_line_of_where_must_hold_and_a_missing_value_fails() -> None:
    both = (Line(("context", "a"), (1,)), Line(("context", "b"), (2,)))
    assert all_hold(both, ask(context={"a": 1, "b": 2}), ROBOT, ACTIVE)
    assert not all_hold(both, ask(context={"a": 1, "b": 3}), ROBOT, ACTIVE)
    assert not all_hold(both, ask(context={"a": 1}), ROBOT, ACTIVE)


def test_any_line_of_unless_refuses_and_a_missing_value_passes() -> None:
    either = (Line(("context", "a"), (1,)), Line(("context", "b"), (2,)))
    assert any_holds(either, ask(context={"a": 0, "b": 2}), ROBOT, ACTIVE)
    assert not any_holds(either, ask(context={"a": 0}), ROBOT, ACTIVE)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        (("subject", "mood"), "calm"),
        (("action", "value"), 5),
        (("resource", "status"), "on"),
        (("context", "a", "b", "c"), False),
        (("context", "a", "b"), {"c": False}),
        (("context", "a", "x"), MISSING),
        (("context", "a", "b", "c", "d"), MISSING),
        (("context", "nothing"), MISSING),
        (("context", "null"), None),
        (("elsewhere", "a"), MISSING),
        (("subject", "owner", "name"), MISSING),
    ],
)
def test_a_path_leads_through_the_property_maps(path: tuple[str, ...], found: Any) -> None:
    request = ask(
        subject={"mood": "calm"},
        action_properties={"value": 5},
        resource_properties={"status": "on"},
        context={"a": {"b": {"c": False}}, "null": None},
    )
    assert find(path, request, ROBOT, ACTIVE) == found


@pytest.mark.parametrize("name", sorted(REGISTERED))
def test_what_the_registry_knows_is_never_taken_from_the_caller(name: str) -> None:
    lying = ask(subject={name: "whatever the caller says"})
    assert find(("subject", name), lying, ROBOT, ACTIVE) != "whatever the caller says"


def test_where_the_registry_has_no_value_the_callers_does_not_take_its_place() -> None:
    lying = ask(subject={"firmware": "9", "purpose": "any"})
    assert find(("subject", "firmware"), lying, ROBOT, ACTIVE) is MISSING
    assert find(("subject", "purpose"), lying, ROBOT, ACTIVE) is MISSING


def test_the_registered_properties_are_those_of_actor_unit_and_standing() -> None:
    known = registered(ROBOT, ACTIVE)
    assert known == {
        "id": "amr-1",
        "type": "robot",
        "owner": "team",
        "tier": "medium",
        "site": "clinic",
        "contract": "k1",
        "state": "active",
        "manufacturer": "Acme",
        "model": "T3",
        "serial": "7",
        "supplier": "Acme",
    }
    assert {field.name for field in fields(Unit)} < REGISTERED


def test_another_supplier_than_the_manufacturer_counts() -> None:
    delivered = Actor("amr-1", ActorType.ROBOT, "clinic", Unit("Acme", "T3", "7", supplier="Other"))
    assert registered(delivered, ACTIVE)["supplier"] == "Other"


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2),
)


@given(json, json)
def test_one_value_is_never_inside_both_where_and_unless(wanted: Any, found: Any) -> None:
    request, tests = ask(context={"v": found}), (Line(ANY, (wanted,)),)
    assert all_hold(tests, request, ROBOT, ACTIVE) == any_holds(tests, request, ROBOT, ACTIVE)
