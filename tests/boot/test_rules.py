import subprocess
import sys
from typing import Any

import pytest

from nameplate.boot.rules import engine, rule_faults, rule_schema
from nameplate.domain.manifests.problems import Document, InvalidManifests
from nameplate.domain.policies import Rule, Scope
from nameplate.domain.registry import Registry, fold
from nameplate.flows.apply import plan

CLOSED = """forbid (principal, action, resource)
when { context.sent.resource has status && context.sent.resource.status == "closed" };"""
RULE = {"kind": "Rule", "id": "r", "scope": {"actions": ["read"]}, "cedar": CLOSED}
SCADA_SAYS_NOTHING = {"kind": "Point", "id": "scada", "type": "http"}
SCADA = {"kind": "Point", "id": "scada", "type": "http", "supplies": {"resource.status": "text"}}


def test_rules_are_checked_by_the_one_engine():
    assert engine() is engine()
    assert rule_faults(Rule("r", Scope(("enter",)), "forbid (principal, action, resource);"), ["enter"]) == []
    assert rule_faults(Rule("r", Scope(("enter",)), "permit (principal, action, resource);"), ["enter"])
    assert '"enter"' in rule_schema(["enter"])


def test_a_deciding_process_without_rules_never_loads_cedar():
    code = "import sys, nameplate.entry.decide.run, nameplate.boot.managing; sys.exit('cedarpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0


def applied(*mappings: dict[str, Any], to: Registry | None = None, prune: bool = False) -> Registry:
    registry = to or Registry()
    documents = [Document(each["kind"], each) for each in mappings]
    made = plan(registry, documents, is_timezone=bool, rule_faults=rule_faults, prune=prune)
    assert not made.warnings
    fold(registry, {"kind": "declared", "seq": 1, "at": "2026-11-22T12:00:00.000000Z", "changes": made.changes})
    return registry


@pytest.mark.parametrize(
    "supplies",
    [None, {"action.status": "text"}, {"resource.status": "integer"}],
)
def test_a_rule_is_taken_only_with_the_property_that_it_refers_to(supplies):
    with pytest.raises(InvalidManifests, match=r"status|types"):
        applied((SCADA | {"supplies": supplies} if supplies else SCADA_SAYS_NOTHING), RULE)
    assert applied(SCADA, RULE).rules


def test_a_point_keeps_supplying_what_rules_refer_to():
    registry = applied(SCADA, RULE)
    with pytest.raises(InvalidManifests, match=r"Rule 'r' refers to resource\.status"):
        applied(SCADA | {"supplies": {"resource.mood": "text"}}, to=registry)
    with pytest.raises(InvalidManifests, match="never there"):
        applied(RULE, to=registry, prune=True)
    applied(SCADA | {"id": "other"}, to=registry)
    applied(SCADA_SAYS_NOTHING, to=registry)
    with pytest.raises(InvalidManifests, match="other' supplies it as text"):
        applied(SCADA | {"supplies": {"resource.status": "integer"}}, to=registry)
