"""Orders over an actor's life: applied in memory first, journalled, pushed to every point, answered with receipts."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from nameplate.domain.actors import Actor, Standing, State
from nameplate.domain.errors import Conflict, NotFound, Refused
from nameplate.domain.figures import Histogram
from nameplate.domain.lifecycle import TRANSITIONS, require_approved_succession, require_unheld, target_state
from nameplate.domain.registry import Registry
from nameplate.domain.stops import Receipt, Stop, receipt_fields
from nameplate.domain.timestamps import rfc3339
from nameplate.ports.authority import Ordered
from nameplate.ports.ledger import Ledger
from nameplate.ports.points import RECEIPT_TIMEOUT_S, Points, Told

ACTORS_A_RECORD = 10_000
"""So that the record of a stop, however many it stops, is never too long for the journal."""


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants done. `by`: `uid:0`, `system`, ..."""

    name: str
    actors: tuple[str, ...]
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Done:
    """What came of an order. `ordered_at`: microseconds, UTC. `stop` is empty where nothing was stopped."""

    order: Order
    state: str
    ordered_at: int
    recorded: bool
    stop: str = ""
    told: Told = field(default_factory=Told)


class Lifecycle:
    """Carries out orders. Owned by one event loop.

    `acknowledged`: how long points took to apply stops, by their receipts; `missing`: receipts that did not come.
    """

    def __init__(
        self, registry: Registry, ledger: Ledger, points: Points, clock: Callable[[], int], new_id: Callable[[], str]
    ) -> None:
        self._registry, self._ledger, self._points, self._clock, self._new_id = registry, ledger, points, clock, new_id
        self._unrefused: dict[str, str] = {}
        self.acknowledged, self.missing = Histogram(), 0

    async def carry_out(self, order: Order) -> Done:
        """Raises NotFound, Refused or Conflict before anything has changed; after that nothing can fail."""
        if not order.reason.strip():
            raise Refused("reason", f"To {order.name} an actor needs a reason.", "Give one: it goes into the record.")
        before = {actor.id: standing for actor, standing in map(self._known, order.actors)}
        targets = {
            target_state(order.name, self._registry.actors[ident], standing.state) for ident, standing in before.items()
        }
        if not targets:
            raise NotFound("no_actor", "No actor matches.", "See `nameplate actor list`.")
        state, now = targets.pop(), self._clock()
        if not TRANSITIONS[order.name].stop:
            for ident in before:
                approved = ident in self._registry.successions
                require_approved_succession(self._registry.actors[ident], approved=approved)
                require_unheld(self._registry.actors[ident], self._registry.upstreams.holders(ident))
            await self._ledger.commit(_record(order, state, before, self._units(before), None, now))
            return Done(order, state, now, recorded=True)
        return await self._stop(order, Stop(self._new_id(), tuple(before), state, now, order.reason), before)

    async def order(self, name: str, actors: tuple[str, ...], by: str, reason: str) -> Ordered:
        """Carry out an order for another flow, which does not need to know who has answered."""
        done = await self.carry_out(Order(name, actors, by, reason))
        return Ordered(done.state, done.ordered_at, done.recorded, done.stop)

    async def quarantine(self, actor: str, reason: str) -> None:
        """Stop an actor by the machine's own hand; an actor that is quarantined or retired already stays so."""
        standing = self._registry.standings.get(actor)
        if standing is not None and standing.state is State.QUARANTINED:
            return
        try:
            await self.carry_out(Order("quarantine", (actor,), "system", reason))
        except (NotFound, Refused, Conflict):
            return

    def was_refused(self, actor: str, decision_id: str) -> None:
        """A stopped actor was denied something: the first time after each stop goes into the record."""
        stop = self._unrefused.pop(actor, None)
        if stop is not None:
            self._ledger.note({"kind": "first_denial", "stop": stop, "actor": actor, "decision_id": decision_id})

    async def _stop(self, order: Order, stop: Stop, before: dict[str, Standing]) -> Done:
        units = self._units(before)
        # All of it is in force before anything is waited for: no permit leaves once a point is told.
        recording = [
            self._ledger.enforce(_record(order, str(stop.state), dict(batch), units, stop, stop.cut_off))
            for batch in _batches(before)
        ]
        self._unrefused.update(dict.fromkeys(before, stop.id))
        pushed = self._points.push(stop, RECEIPT_TIMEOUT_S, lambda receipt: self._heard(stop, receipt))
        told, recorded = await asyncio.gather(pushed, asyncio.gather(*recording))
        self.missing += len(told.missing)
        return Done(order, str(stop.state), stop.cut_off, all(recorded), stop.id, told)

    def _heard(self, stop: Stop, receipt: Receipt) -> None:
        """On record as it arrives: whoever waits for the others sees it already."""
        self.acknowledged.observe((receipt.applied_at - stop.cut_off) / 1_000_000)
        self._ledger.note({"kind": "receipt", **receipt_fields(receipt, stop)})

    def _units(self, actor_ids: Iterable[str]) -> dict[str, str]:
        units = {ident: self._registry.actors[ident].unit for ident in actor_ids}
        return {ident: str(unit) if unit else "" for ident, unit in units.items()}

    def _known(self, actor_id: str) -> tuple[Actor, Standing]:
        actor = self._registry.actors.get(actor_id)
        if actor is None:
            raise NotFound("actor", f"There is no actor {actor_id}.", "See `nameplate actor list`.")
        return actor, self._registry.standings[actor_id]


def _batches(before: dict[str, Standing]) -> Iterator[list[tuple[str, Standing]]]:
    entries = list(before.items())
    for start in range(0, len(entries), ACTORS_A_RECORD):
        yield entries[start : start + ACTORS_A_RECORD]


def _record(
    order: Order, state: str, before: dict[str, Standing], units: dict[str, str], stop: Stop | None, now: int
) -> dict[str, object]:
    actors = [{"id": ident, "from": str(standing.state), "unit": units[ident]} for ident, standing in before.items()]
    record: dict[str, object] = {
        "kind": "state",
        "order": order.name,
        "to": state,
        "actors": actors,
        "by": order.by,
        "reason": order.reason,
    }
    return record | ({"stop": stop.id, "cut_off": rfc3339(now)} if stop else {})
