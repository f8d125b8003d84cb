"""Leave to change what is declared: given by persons, for the time in which one proposal of theirs is carried out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .actors import State, Tier
from .registry import Registry

Change = Mapping[str, Any]
OFTEN_BY_MACHINE = frozenset({"Actor", "Team"})
"""What a bridge may declare by itself, within bounds."""


@dataclass(slots=True)
class Warrant:
    """`approvers`: persons who have proved themselves. `needed`: raised by whoever sees that more are needed."""

    approvers: tuple[str, ...]
    needed: int = 1


def is_high(registry: Registry, changes: Sequence[Change]) -> bool:
    """Whether changes touch an actor of tier high, or a contract that one of them has, before or after."""
    changed = list(_high_after(changes))
    high = {actor.id: actor.contract for actor in registry.actors.values() if actor.tier is Tier.HIGH}
    contracts = {*high.values(), *(str(doc.get("contract", "")) for doc in changed)} - {""}
    return bool(changed) or any(
        (kind == "Actor" and ident in high) or (kind == "Contract" and ident in contracts)
        for kind, ident in map(_named, changes)
    )


def touches(changes: Sequence[Change], kind: str) -> bool:
    """Whether something of that kind of manifest changes."""
    return any(_named(change)[0] == kind for change in changes)


def beyond_machines(registry: Registry, changes: Sequence[Change]) -> str:
    """What no machine may declare by itself, empty if nothing: new actors are staged, and a tier is set by people."""
    return next(_beyond(registry, changes), "")


def _beyond(registry: Registry, changes: Sequence[Change]) -> Iterator[str]:
    for change in changes:
        kind, ident = _named(change)
        former, doc = registry.actors.get(ident), change.get("doc", {})
        if kind not in OFTEN_BY_MACHINE or change["op"] == "delete":
            yield f"{change['op']} {kind} {ident}"
        elif kind == "Actor" and former is None and doc.get("state", State.STAGED) != State.STAGED:
            yield f"the state of {ident}"
        elif kind == "Actor" and former is not None and doc.get("tier", Tier.MEDIUM) != former.tier:
            yield f"the tier of {ident}"


def _high_after(changes: Sequence[Change]) -> Iterator[Mapping[str, Any]]:
    for change in changes:
        doc = change.get("doc", {})
        if doc.get("kind") == "Actor" and doc.get("tier") == Tier.HIGH:
            yield doc


def _named(change: Change) -> tuple[str, str]:
    known = change.get("doc", change)
    return str(known.get("kind", "")), str(known.get("id", ""))
