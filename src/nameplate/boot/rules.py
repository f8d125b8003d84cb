"""What evaluates rules. Loaded when there is one: most processes never need it."""

from collections.abc import Collection, Sequence
from functools import cache

from nameplate.domain.policies import Rule
from nameplate.ports.policies import PolicyEngine


@cache
def engine() -> PolicyEngine:
    """The one engine of this process."""
    from nameplate.bridges.cedar import CedarEngine

    return CedarEngine()


def rule_faults(rule: Rule, actions: Collection[str]) -> Sequence[str]:
    """What is wrong with a rule, for its author."""
    return engine().faults(rule, actions)


def rule_schema(actions: Collection[str]) -> str:
    """What rules can refer to."""
    return engine().schema(actions)
