import cedarpy
import pytest

from nameplate.bridges.cedar.schema import KINDS, entity_type, schema
from nameplate.domain.supplies import Type


def fits(text, cedar):
    return cedarpy.validate_policies(cedar, cedarpy.Schema.from_str(text)).validation_passed


def test_the_whole_schema_is_one():
    text = schema(["enter", 'say "hi"', "träge", "set speed"])
    assert fits(text, 'forbid (principal in Team::"ops", action == Action::"say \\"hi\\"", resource is Lift);')
    assert not fits(text, 'forbid (principal, action == Action::"leave", resource);')


def test_every_kind_has_an_entity_type_and_strangers_share_one():
    assert len(set(KINDS.values())) == len(KINDS)
    assert [entity_type(kind) for kind in ("zone", "record", "")] == ["Zone", "Resource", "Resource"]


@pytest.mark.parametrize(("kinds", "holds"), [(["zone"], True), (["zone", "door"], False), (["record"], False)])
def test_a_narrow_schema_knows_what_its_kinds_have(kinds, holds):
    assert fits(schema(["enter"], kinds), "forbid (principal, action, resource) when { resource.public };") is holds


@pytest.mark.parametrize(
    "condition",
    [
        'principal has unit && principal.unit.model == "T3" && principal.unit has firmware',
        "principal has zone && context has door && principal.zone != context.door",
        'context has ip && context.ip.isInRange(ip("10.0.0.0/8"))',
        'context.minute < 360 || context.weekday > 5 || context.date >= 20261224 || context.presence == "remote"',
        "context has distance_cm && context.distance_cm > 400",
        'resource.id like "ward-*" && resource.kind == "zone"',
    ],
)
def test_what_the_page_promises_can_be_written(condition):
    assert fits(schema(["enter"]), f"forbid (principal, action, resource) when {{ {condition} }};")


SUPPLIES = {
    ("resource", "status"): Type.TEXT,
    ("resource", "in"): Type.BOOLEAN,
    ("action", "value"): Type.DECIMAL,
    ("context", "load-kg"): Type.INTEGER,
    ("context", "tags"): Type.TEXTS,
}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ('context.sent.resource has status && context.sent.resource.status == "closed"', True),
        ('context.sent.resource has "in" && context.sent.resource["in"]', True),
        ('context.sent.action has value && context.sent.action.value.greaterThan(decimal("59.5"))', True),
        ('context.sent.context has "load-kg" && context.sent.context["load-kg"] > 100', True),
        ('context.sent.context has tags && context.sent.context.tags.contains("a")', True),
        ('context.sent.resource.status == "closed"', False),
        ("context.sent.resource has status && context.sent.resource.status == 5", False),
        ("context.sent.subject has tier", False),
    ],
)
def test_what_callers_send_can_be_asked_for_where_it_is_declared_and_with_care(condition, holds):
    text = f"forbid (principal, action, resource) when {{ {condition} }};"
    assert fits(schema(["enter"], supplies=SUPPLIES), text) is holds
