"""Test cases for contracts: a question, and the answer that it must get."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .manifests.fields import Fields
from .manifests.problems import Document, Problem
from .names import MAX_RESOURCE, is_resource
from .timestamps import parse_rfc3339
from .verdicts import Reason

_ANSWERS = {"permit": True, "deny": False}
_REASONS = {str(reason): str(reason) for reason in Reason}
_OWNERS = ("subject", "action", "resource")


@dataclass(frozen=True, slots=True)
class Case:
    """May `actor`, or somebody new who holds `contract`, do `action` to `resource`? `at`: microseconds, UTC; None: now.

    `point`: who asks, where its mode is of interest. `permit` and `reason` are what is expected whatever the mode; an
    empty reason is any. `properties`: of subject, action and resource.
    """

    id: str
    actor: str
    contract: str
    action: str
    resource: str
    permit: bool
    reason: str = ""
    at: int | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    properties: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    point: str = ""


def read_case(document: Document) -> tuple[Case | None, list[Problem]]:
    """The case and all that is wrong with it; no case when anything is."""
    problems: list[Problem] = []
    fields = Fields(document.mapping, problems)
    fields.choice("kind", {"Case": "Case"}, "Case", required=True)
    properties = _mapping(fields, "properties")
    case = Case(
        id=fields.name("id", required=True),
        actor=fields.name("actor"),
        contract=fields.name("contract"),
        action=fields.text("action", required=True),
        resource=_resource(fields),
        permit=fields.choice("expect", _ANSWERS, False, required=True),
        reason=fields.choice("reason", _REASONS, ""),
        at=_time(fields),
        context=_mapping(fields, "context"),
        properties={owner: each for owner in _OWNERS if isinstance(each := properties.get(owner), Mapping)},
        point=fields.name("point"),
    )
    for owner in properties.keys() - case.properties.keys():
        fields.fail(f"properties.{owner}", "These are properties of nothing.", f"Use {', '.join(_OWNERS)}.")
    if not case.actor and not case.contract:
        fields.fail("actor", "Nobody asks.", "Add `actor:` or `contract:`.")
    fields.done()
    return (None if problems else case), [problem.within(document) for problem in problems]


def _resource(fields: Fields) -> str:
    resource = fields.text("resource", required=True, limit=MAX_RESOURCE)
    if resource and not is_resource(resource):
        fields.fail("resource", f"{resource!r} is not a resource.", "Write it as KIND:ID, as in `door:L1-pharmacy`.")
    return resource


def _time(fields: Fields) -> int | None:
    text = fields.text("at")
    at = parse_rfc3339(text) if text else None
    if text and at is None:
        fields.fail("at", f"{text!r} is not a time.", "Write it as in 2026-11-23T14:30:00+01:00.")
    return at


def _mapping(fields: Fields, key: str) -> Mapping[str, Any]:
    value = fields.take(key)
    if value is None:
        return {}
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return value
    fields.fail(key, "This is not a mapping.", f"Write it as `{key}: {{name: value}}`.")
    return {}
