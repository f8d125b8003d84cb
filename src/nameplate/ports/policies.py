"""What evaluates the rules that users write."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from nameplate.domain.policies import Rule
from nameplate.domain.supplies import NO_SUPPLIES, Supplies

Circumstances = Mapping[str, Any]
"""What a request says of its circumstances: texts, whole numbers and truth values; what is unknown is absent.

Under `sent`: the properties that its caller sent, by root and name; a float among them is a decimal number."""


class Entity(NamedTuple):
    """The actor or the resource of a question. `parents`: the teams that own it."""

    id: str
    attributes: Mapping[str, Any]
    parents: Sequence[str] = ()


class Ruling(NamedTuple):
    """Names of the rules that forbid, and of those that could not be evaluated, each with what went wrong."""

    forbid: tuple[str, ...] = ()
    failed: tuple[tuple[str, str], ...] = ()


class Prepared(Protocol):
    """Some rules, ready to be asked about one actor and one resource."""

    def ask(self, action: str, circumstances: Circumstances) -> Ruling:
        """What the rules say. Never raises: what cannot be evaluated has failed."""
        ...


class PolicyEngine(Protocol):
    """Evaluates rules."""

    def faults(self, rule: Rule, actions: Collection[str], supplies: Supplies = NO_SUPPLIES) -> Sequence[str]:
        """What is wrong with a rule that can be asked about `actions`: sentences for its author. Never raises.

        `supplies`: the properties that callers may send.
        """
        ...

    def schema(self, actions: Collection[str], supplies: Supplies = NO_SUPPLIES) -> str:
        """What rules can refer to, as text."""
        ...

    def prepare(self, rules: Sequence[Rule], actor: Entity, resource: Entity) -> Prepared:
        """The rules for this actor and this resource. Never raises: a rule that cannot be read will have failed."""
        ...
