"""What the company's identity systems say of actors and people, put in force: a stop before anything is answered."""

from collections.abc import Callable, Sequence

from nameplate.domain.actors import Standing, State
from nameplate.domain.errors import NameplateError
from nameplate.domain.notices import ActorNotice, Effect, PersonNotice, Status
from nameplate.domain.people import Person, address_hash, person_id
from nameplate.domain.registry import BY_BRIDGE, Registry
from nameplate.domain.timestamps import rfc3339
from nameplate.domain.upstreams import Upstream, next_upstream, upstream_id
from nameplate.ports.authority import Ordered, Orders
from nameplate.ports.ledger import Ledger, Record

STOPPED = frozenset({State.QUARANTINED, State.RETIRED})


class Upholder:
    """Takes notices. Owned by one event loop. `secret` (32 bytes) makes the pseudonyms of people.

    `clock`: microseconds since the epoch, UTC.
    """

    def __init__(
        self, registry: Registry, ledger: Ledger, orders: Orders, secret: bytes, clock: Callable[[], int]
    ) -> None:
        self._registry, self._ledger, self._orders = registry, ledger, orders
        self._secret, self._clock = secret, clock

    async def actors(self, bridge: str, notices: Sequence[ActorNotice]) -> list[Effect]:
        """Take what one bridge says of some actors; an effect each, in their order. Stops are in force when it returns.

        A notice that the rules refuse changes nothing, and says so in its effect.
        """
        effects = [Effect(notice.name) for notice in notices]
        orders: dict[str, list[int]] = {}
        written = []
        for place, notice in enumerate(notices):
            try:
                after = self._after(notice)
            except NameplateError as error:
                effects[place] = Effect(notice.name, refused=error.code, message=str(error))
                continue
            effects[place] = Effect(
                after.actor if after else self._named(notice), applied_at=self._clock() if after else 0
            )
            if after is not None:
                # In force before anything is waited for.
                written.append(self._ledger.enforce(_record(after, notice)))
                orders.setdefault(self._order(after, notice), []).append(place)
        for order, places in orders.items():
            if order:
                await self._carry_out(order, bridge, places, notices, effects)
        recorded = all([await each for each in written])
        return [self._completed(effect, recorded=recorded) for effect in effects]

    async def people(self, notices: Sequence[PersonNotice]) -> list[Effect]:
        """Take what bridges say of some people: whoever is disabled is signed out when it returns."""
        effects = []
        for notice in notices:
            person = self.person(notice)
            if not person:
                effects.append(Effect(refused="person", message="Nobody is known by that address."))
                continue
            record = self._person_record(person, notice)
            recorded = True
            if record is not None:
                recorded = await self._ledger.enforce(record)
            at = self._clock() if record is not None else 0
            effects.append(Effect(person, applied_at=at, recorded=recorded))
        return effects

    def person(self, notice: PersonNotice) -> str:
        """The id of the person that a notice is about, empty where nobody is known by that address."""
        if notice.key:
            return person_id(self._secret, notice.bridge, notice.key)
        hashed = {self.address(address) for address in notice.addresses or ()}
        return next((each.id for each in self._registry.people.values() if hashed & set(each.addresses)), "")

    def address(self, address: str) -> str:
        """A mail address as it is on record."""
        return address_hash(self._secret, address)

    def _after(self, notice: ActorNotice) -> Upstream | None:
        former = self._registry.upstreams.by_id.get(upstream_id(notice.bridge, notice.key))
        return next_upstream(former, notice)

    def _named(self, notice: ActorNotice) -> str:
        former = self._registry.upstreams.by_id.get(upstream_id(notice.bridge, notice.key))
        return notice.name or (former.actor if former else "")

    def _order(self, after: Upstream, notice: ActorNotice) -> str:
        """What it means for the actor; nothing where it does not act anyhow."""
        standing = self._registry.standings.get(after.actor)
        if standing is None:
            return ""
        if after.status is Status.RETIRED:
            return "" if standing.state is State.RETIRED else "retire"
        if notice.compromised:
            return "" if standing.state in STOPPED else "quarantine"
        if after.status is Status.DISABLED:
            return "suspend" if standing.state is State.ACTIVE else ""
        return "activate" if self._may_return(after, standing) else ""

    def _may_return(self, after: Upstream, standing: Standing) -> bool:
        """Whether it was this bridge alone that stopped it, and nobody holds it any more."""
        held_by_it = self._registry.held.get(after.actor) == after.bridge
        return held_by_it and standing.state is State.SUSPENDED and not self._registry.upstreams.holders(after.actor)

    async def _carry_out(
        self, order: str, bridge: str, places: list[int], notices: Sequence[ActorNotice], effects: list[Effect]
    ) -> None:
        idents = tuple(dict.fromkeys(effects[place].id for place in places))
        codes = sorted({notices[place].reason for place in places if notices[place].reason})[:5]
        reason = f"{bridge} says so" + (f": {', '.join(codes)}" if codes else "")
        done = await self._try(order, idents, f"{BY_BRIDGE}{bridge}", reason)
        if done is not None:
            for place in places:
                ident = effects[place].id
                effects[place] = Effect(ident, done.state, done.stop, done.ordered_at, done.recorded)

    async def _try(self, order: str, idents: tuple[str, ...], by: str, reason: str) -> Ordered | None:
        try:
            return await self._orders.order(order, idents, by, reason)
        except NameplateError:
            # A stop cannot be refused here; that somebody may not return is no fault of the notice.
            if order != "activate":
                raise
            return None

    def _completed(self, effect: Effect, *, recorded: bool) -> Effect:
        standing = self._registry.standings.get(effect.id)
        state = str(standing.state) if standing else ""
        all_of_it = effect.recorded and recorded
        return Effect(effect.id, state, effect.stop, effect.applied_at, all_of_it, effect.refused, effect.message)

    def _person_record(self, ident: str, notice: PersonNotice) -> Record | None:
        """The record of what is new; None where nothing is."""
        former = self._registry.people.get(ident)
        said = self._said(notice)
        known = _as_said(former) if former else {}
        changed = {name: value for name, value in said.items() if known.get(name) != value}
        if former is not None and not changed and not notice.end_sessions:
            return None
        more = {"end_sessions": notice.end_sessions, "reason": notice.reason, **_times(notice)}
        told = {name: value for name, value in more.items() if value}
        return {"kind": "person", "person": ident, "bridge": notice.bridge, **changed, **told}

    def _said(self, notice: PersonNotice) -> Record:
        manager = notice.manager and person_id(self._secret, notice.bridge, notice.manager)
        addresses = None if notice.addresses is None else sorted({self.address(each) for each in notice.addresses})
        groups = None if notice.groups is None else sorted(set(notice.groups))
        said = {
            "active": None if notice.status is None else notice.status is Status.ACTIVE,
            "manager": manager,
            "addresses": addresses if notice.key else None,
            "groups": groups,
        }
        return {name: value for name, value in said.items() if value is not None}


def _as_said(person: Person) -> Record:
    return {
        "active": person.active,
        "manager": person.manager,
        "addresses": list(person.addresses),
        "groups": list(person.groups),
    }


def _record(after: Upstream, notice: ActorNotice) -> Record:
    told = {
        "version": None if after.version < 0 else after.version,
        "cut_off": rfc3339(after.cut_off) if after.cut_off else None,
        "reason": notice.reason or None,
    }
    who = {"kind": "upstream", "bridge": after.bridge, "key": after.key, "actor": after.actor}
    return (
        who
        | {"status": str(after.status), **{name: value for name, value in told.items() if value is not None}}
        | {**_times(notice)}
    )


def _times(notice: ActorNotice | PersonNotice) -> Record:
    times = {"decided_at": notice.decided_at, "received_at": notice.received_at}
    return {name: rfc3339(at) for name, at in times.items() if at}
