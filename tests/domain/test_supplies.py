import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.points import Point
from nameplate.domain.policies import Rule, Scope
from nameplate.domain.requests import AccessRequest
from nameplate.domain.supplies import MAX_TEXT, MAX_TEXTS, NOTHING_SENT, Type, named_in, sent, supplied

USUAL = AccessRequest("a", "set", "node:x", 0)
STATUS = {("resource", "status"): Type.TEXT}


def told(kind, value):
    found = sent({("action", "value"): kind}, USUAL._replace(action_properties={"value": value}))
    return "misfit" if found.misfits else found.values["action"].get("value", "absent")


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (Type.TEXT, "closed", "closed"),
        (Type.TEXT, "", ""),
        (Type.TEXT, "x" * (MAX_TEXT + 1), "misfit"),
        (Type.TEXT, 5, "misfit"),
        (Type.TEXT, ["closed"], "misfit"),
        (Type.INTEGER, 5, 5),
        (Type.INTEGER, 5.0, 5),
        (Type.INTEGER, 5.5, "misfit"),
        (Type.INTEGER, True, "misfit"),
        (Type.INTEGER, "5", "misfit"),
        (Type.INTEGER, 2**63, "misfit"),
        (Type.INTEGER, float("inf"), "misfit"),
        (Type.DECIMAL, 12.34567, 12.3457),
        (Type.DECIMAL, 12, 12.0),
        (Type.DECIMAL, True, "misfit"),
        (Type.DECIMAL, float("nan"), "misfit"),
        (Type.DECIMAL, 1e15, "misfit"),
        (Type.DECIMAL, 10**400, "misfit"),
        (Type.BOOLEAN, False, False),
        (Type.BOOLEAN, 0, "misfit"),
        (Type.TEXTS, ["a", "b"], ("a", "b")),
        (Type.TEXTS, ["a", 1], "misfit"),
        (Type.TEXTS, "ab", "misfit"),
        (Type.TEXTS, ["a"] * (MAX_TEXTS + 1), "misfit"),
        (Type.TEXT, None, "absent"),
    ],
)
def test_a_property_is_shown_as_what_it_is_declared_to_be_or_not_at_all(kind, value, shown):
    found = told(kind, value)
    assert (type(found), found) == (type(shown), shown)


json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.sampled_from(list(Type)), json)
def test_whatever_is_sent_is_shown_absent_or_a_misfit(kind, value):
    found = sent({("resource", "status"): kind}, USUAL._replace(resource_properties={"status": value, "other": value}))
    assert bool(found.misfits) + len(found.values["resource"]) == (value is not None)


def test_only_what_is_declared_is_shown_and_the_subject_says_nothing():
    asked = USUAL._replace(subject={"status": "x"}, context={"status": "x"}, resource_properties={"state": "x"})
    assert sent(STATUS, asked) == NOTHING_SENT
    assert sent({}, asked) == NOTHING_SENT


def test_what_points_supply_is_taken_together():
    points = [
        Point("a", "http", "default", supplies={"resource.status": "text"}),
        Point("b", "http", "default", supplies={"resource.status": "text", "action.value": "integer"}),
    ]
    assert supplied(points) == STATUS | {("action", "value"): Type.INTEGER}


@pytest.mark.parametrize(
    ("cedar", "named"),
    [
        ("context.sent.resource.status == 1", ["resource.status"]),
        ('context.sent["resource"]["status"]', ["resource.status"]),
        ('context["\\u{73}ent"]', ["resource.status", "resource.mood"]),
        ("resource.status", []),
        ("context.sent.action", []),
    ],
)
def test_what_a_rule_may_refer_to_is_found_in_its_text(cedar, named):
    assert list(named_in(Rule("r", Scope(), cedar), ["resource.status", "resource.mood"])) == named
