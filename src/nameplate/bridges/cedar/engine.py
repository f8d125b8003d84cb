"""Rules evaluated by Cedar. An error is never silent: Cedar itself skips a statement that errs, and would permit."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import cedarpy

from nameplate.domain.policies import Rule
from nameplate.domain.supplies import NO_SUPPLIES, Supplies
from nameplate.ports.policies import Circumstances, Entity, Prepared, Ruling

from . import checking
from .schema import entity_type, schema

CACHED_SETS = 256
"""How many sets of rules stay parsed: ten small rules take 50 KB."""
_ERRED = re.compile(r"error while evaluating policy `([^`]*)#\d+`: (.*)", re.DOTALL)
# What is left when no rule forbids. Under a name that no rule has.
_PERMIT = {
    "effect": "permit",
    "principal": {"op": "All"},
    "action": {"op": "All"},
    "resource": {"op": "All"},
    "conditions": [],
}


class CedarEngine:
    """One for a process; it keeps what it has parsed."""

    def __init__(self) -> None:
        self._parsed = lru_cache(maxsize=CACHED_SETS)(_parse)

    def faults(self, rule: Rule, actions: Collection[str], supplies: Supplies = NO_SUPPLIES) -> Sequence[str]:
        """See the port."""
        return list(checking.faults(rule, actions, supplies))

    def schema(self, actions: Collection[str], supplies: Supplies = NO_SUPPLIES) -> str:
        """See the port."""
        return schema(actions, supplies=supplies)

    def prepare(self, rules: Sequence[Rule], actor: Entity, resource: Entity) -> Prepared:
        """See the port."""
        names = tuple(rule.name for rule in rules)
        entities = [_entity("Actor", actor), _entity(entity_type(resource.attributes["kind"]), resource)]
        asked = {"principal": entities[0]["uid"], "resource": entities[1]["uid"]}
        try:
            policies, failed = self._parsed(tuple((rule.name, rule.cedar) for rule in rules))
            handle = cedarpy.Entities.from_json_str(json.dumps(entities))
        except ValueError as error:
            return Unaskable(names, str(error))
        return Question(policies, handle, asked, names, failed)


class Unaskable:
    """Rules about something that Cedar cannot take in."""

    def __init__(self, names: tuple[str, ...], why: str) -> None:
        self._failed = tuple((name, why) for name in names)

    def ask(self, _action: str, _circumstances: Circumstances) -> Ruling:
        """All of them have failed."""
        return Ruling((), self._failed)


class Question(NamedTuple):
    """Rules, an actor and a resource. `failed`: the rules that could not even be read."""

    policies: cedarpy.PolicySet
    entities: cedarpy.Entities
    asked: Mapping[str, Any]
    names: tuple[str, ...]
    failed: tuple[tuple[str, str], ...]

    def ask(self, action: str, circumstances: Circumstances) -> Ruling:
        """See the port."""
        given = dict(circumstances)
        if "ip" in given:
            given["ip"] = {"__extn": {"fn": "ip", "arg": given["ip"]}}
        if "sent" in given:
            given["sent"] = {root: _written(values) for root, values in given["sent"].items()}
        request = {**self.asked, "action": {"type": "Action", "id": action}, "context": given}
        try:
            result = cedarpy.is_authorized(request, self.policies, self.entities)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong inside, nothing is permitted
            return self._unanswered(str(error))
        erred = [_ERRED.fullmatch(each) for each in result.diagnostics.errors]
        if None in erred or result.decision is cedarpy.Decision.NoDecision:
            return self._unanswered("; ".join(result.diagnostics.errors))
        failed = {**dict(self.failed), **{match[1]: match[2] for match in erred if match}}
        forbid = {each.rpartition("#")[0] for each in result.diagnostics.reasons} - {""}
        if not result.allowed and not forbid and not failed:
            return self._unanswered("Cedar gives no reason for its refusal")
        return Ruling(tuple(sorted(forbid)), tuple(sorted(failed.items())))

    def _unanswered(self, why: str) -> Ruling:
        return Ruling((), tuple((name, why) for name in self.names))


def _written(values: Mapping[str, Any]) -> dict[str, Any]:
    """Properties in Cedar's JSON form: only its decimal numbers have one of their own."""
    return {
        name: {"__extn": {"fn": "decimal", "arg": f"{value:.4f}"}} if isinstance(value, float) else value
        for name, value in values.items()
    }


def _parse(rules: tuple[tuple[str, str], ...]) -> tuple[cedarpy.PolicySet, tuple[tuple[str, str], ...]]:
    """A handle on all that can be read, and what cannot."""
    named, failed = {"": _PERMIT}, []
    for name, cedar in rules:
        try:
            own = {f"{name}#{number}": each for number, each in enumerate(checking.statements(cedar))}
            checking.policy_set(own.items())
            named.update(own)
        except checking.Unsound as error:
            failed.append((name, str(error)))
    return checking.policy_set(named.items()), tuple(failed)


def _entity(kind: str, entity: Entity) -> dict[str, Any]:
    parents = [{"type": "Team", "id": parent} for parent in entity.parents]
    return {"uid": {"type": kind, "id": entity.id}, "attrs": dict(entity.attributes), "parents": parents}
