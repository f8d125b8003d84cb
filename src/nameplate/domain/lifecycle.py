"""The states of an actor and every way between them, as one table."""

from collections.abc import Collection
from dataclasses import dataclass

from .actors import Actor, State
from .errors import Refused


@dataclass(frozen=True, slots=True)
class Transition:
    """An order that moves an actor from one of `sources` to `target`. A `stop` also sets the cut-off time."""

    order: str
    sources: frozenset[State]
    target: State
    stop: bool


_LIVING = frozenset(State) - {State.RETIRED}
_STOPPED = frozenset({State.SUSPENDED, State.IN_REPAIR, State.IN_TRANSFER, State.QUARANTINED})

TRANSITIONS: dict[str, Transition] = {
    each.order: each
    for each in (
        Transition("activate", _STOPPED | {State.STAGED, State.ACTIVE}, State.ACTIVE, stop=False),
        Transition("suspend", _LIVING - {State.QUARANTINED}, State.SUSPENDED, stop=True),
        Transition("repair", _LIVING - {State.QUARANTINED}, State.IN_REPAIR, stop=True),
        Transition("transfer", _LIVING - {State.QUARANTINED}, State.IN_TRANSFER, stop=True),
        Transition("quarantine", _LIVING, State.QUARANTINED, stop=True),
        Transition("retire", frozenset(State), State.RETIRED, stop=True),
    )
}

ORDER_FOR: dict[State, str] = {each.target: each.order for each in TRANSITIONS.values()}


def target_state(order: str, actor: Actor, current: State) -> State:
    """The state that `order` leads to; raises Refused where the table has no such way."""
    transition = TRANSITIONS[order]
    if current not in transition.sources:
        raise Refused("state", f"{actor.id} is {current}: it cannot be {transition.target}.", _remedy(current))
    if transition.target is State.ACTIVE:
        require_accountable(actor)
    return transition.target


def require_accountable(actor: Actor) -> None:
    """Raise Refused unless somebody answers for the actor and its purpose is stated."""
    missing = [field for field in ("owner", "purpose") if not getattr(actor, field)]
    if missing:
        names = " and ".join(missing)
        raise Refused(
            "accountability",
            f"{actor.id} has no {names}: it cannot be active.",
            f"Declare {names} in its manifest and apply it.",
        )


def require_approved_succession(actor: Actor, *, approved: bool) -> None:
    """Raise Refused for an actor that takes over a unit without approval."""
    if actor.succeeds and not approved:
        raise Refused(
            "succession",
            f"{actor.id} takes over {actor.unit} from {actor.succeeds}, and nobody has approved that.",
            f"Run `nameplate actor approve-succession {actor.id} --reason ...` first.",
        )


def require_unheld(actor: Actor, holders: Collection[str]) -> None:
    """Raise Refused for an actor that the company's own identity system has disabled."""
    if holders:
        names = ", ".join(holders)
        raise Refused("upstream", f"{actor.id} is disabled by {names}.", "Enable it there: that lifts the hold.")


def _remedy(current: State) -> str:
    if current is State.RETIRED:
        return "Retired is final. Declare a new actor with `succeeds:` for the same unit."
    return "Activate it first, or quarantine or retire it."
