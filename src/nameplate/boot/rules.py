"""What evaluates rules. Loaded when there is one: most processes never need it."""

from collections.abc import Callable, Collection, Sequence
from functools import cache

from nameplate.domain.policies import Rule
from nameplate.domain.reference import Facts, targets, way_out
from nameplate.domain.registry import Registry
from nameplate.domain.requests import AccessRequest
from nameplate.domain.supplies import NO_SUPPLIES, Supplies, supplied
from nameplate.domain.verdicts import Verdict
from nameplate.flows.forbid import Rules, Ways
from nameplate.ports.policies import PolicyEngine

from . import clocks
from .timezones import wall


@cache
def engine() -> PolicyEngine:
    """The one engine of this process."""
    from nameplate.bridges.cedar import CedarEngine

    return CedarEngine()


class BySpecification:
    """The ways of a request as the reference tells them: for states that have no index."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts

    def targets(self, request: AccessRequest) -> tuple[str, ...]:
        """See the index."""
        return targets(self._facts, request)

    def way_out(self, request: AccessRequest) -> Verdict | None:
        """See the index."""
        return way_out(self._facts, request, wall)


def review_of(state: Registry, facts: Facts | None = None) -> Callable[[Verdict, AccessRequest], Verdict]:
    """The rules of a state, as a function from a verdict to a verdict. `facts`: put to these instead of its own."""
    known = facts or state
    return rules_of(state, known, BySpecification(known)).review


def rules_of(state: Registry, facts: Facts, ways: Ways) -> Rules:
    """The rules of a state, put to what `facts` say. Alarms about them are raised elsewhere."""
    rules = Rules(facts, ways, engine, wall, lambda _: None, clocks.monotonic)
    rules.supply(supplied(state.points.values()))
    for rule in state.rules.values():
        rules.put(rule)
    return rules


def rule_faults(rule: Rule, actions: Collection[str], supplies: Supplies = NO_SUPPLIES) -> Sequence[str]:
    """What is wrong with a rule, for its author."""
    return engine().faults(rule, actions, supplies)


def rule_schema(actions: Collection[str], supplies: Supplies = NO_SUPPLIES) -> str:
    """What rules can refer to."""
    return engine().schema(actions, supplies)
