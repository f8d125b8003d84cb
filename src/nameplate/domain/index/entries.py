"""What the index holds of actors and sites."""

from datetime import date

from nameplate.domain.actors import Actor, Standing, State
from nameplate.domain.verdicts import Reason, Verdict
from nameplate.domain.windows import LocalTime

from .rows import CompiledContract

STOPPED: dict[State, Verdict] = {
    state: Verdict(False, Reason.STATE, (Reason.STATE, state)) for state in State if state is not State.ACTIVE
}
CONTRACT_MISSING = Verdict(False, Reason.CONTRACT_MISSING, (Reason.CONTRACT_MISSING,))


class Place:
    """A site, as its actors share it."""

    __slots__ = ("local",)

    def __init__(self, local: LocalTime) -> None:
        self.local = local


class Entry:
    """What the index holds of an actor. `refusal` is what its state forbids, `who` what conditions may ask about.

    `stopped_at`: the number of its newest stop, see `Index.stops`.
    """

    __slots__ = ("contract", "cut_off", "place", "refusal", "retire_by", "stopped_at", "who")

    def __init__(self, actor: Actor, standing: Standing, place: Place, contract: CompiledContract) -> None:
        self.place = place
        self.contract = contract
        self.retire_by: date | None = actor.retire_by
        self.stopped_at = 0
        self.stand(actor, standing)

    def stand(self, actor: Actor, standing: Standing) -> None:
        """Take over what has happened."""
        self.refusal = STOPPED.get(standing.state)
        self.cut_off = standing.cut_off
        self.who = (actor, standing)


def without(entry: Entry, at: int) -> Verdict | None:
    """The refusal where no contract is in force."""
    contract = entry.contract
    if not contract.declared:
        return CONTRACT_MISSING
    if contract.expires is not None and entry.place.local.has_reached(contract.expires, at):
        return Verdict(False, Reason.CONTRACT_EXPIRED, (Reason.CONTRACT_EXPIRED,), contract.name)
    return None
