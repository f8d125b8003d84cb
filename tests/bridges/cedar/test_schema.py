import cedarpy
import pytest

from nameplate.bridges.cedar.schema import KINDS, entity_type, schema


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
