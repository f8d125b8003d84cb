"""What the company's identity systems say of actors and people, put in force: a stop before anything is answered."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

from nameplate.domain.actors import State
from nameplate.domain.errors import NameplateError
from nameplate.domain.notices import ActorNotice, Effect, PersonNotice, Status
from nameplate.domain.people import Person, address_hash, person_id, provider_hash
from nameplate.domain.registry import BY_BRIDGE, Registry
from nameplate.domain.timestamps import rfc3339
from nameplate.domain.upstreams import Upstream, next_upstream, upstream_id
from nameplate.ports.authority import Ordered, Orders
from nameplate.ports.ledger import Ledger, Record

STOPPED = frozenset({State.QUARANTINED, State.RETIRED})
ORDERS = ("", "suspend", "quarantine", "retire")
"""From the weakest to the strongest."""


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
        effects: list[Effect] = []
        holding: list[Upstream | None] = []
        written = []
        for notice in notices:
            former = self._registry.upstreams.by_id.get(upstream_id(notice.bridge, notice.key))
            try:
                after = next_upstream(former, notice)
            except NameplateError as error:
                effects.append(Effect(notice.name, refused=error.code, message=str(error)))
                holding.append(None)
                continue
            now = after or former
            effects.append(Effect(now.actor if now else notice.name, applied_at=self._clock() if after else 0))
            holding.append(now)
            if after is not None:
                # In force before anything is waited for.
                written.append(self._ledger.enforce(_record(after, notice)))
        await self._stop(bridge, holding, notices, effects)
        await self._let_return(bridge, holding, notices, effects)
        recorded = all([await each for each in written])
        return [self._completed(effect, recorded=recorded) for effect in effects]

    async def people(self, notices: Sequence[PersonNotice]) -> list[Effect]:
        """Take what bridges say of some people: whoever is disabled is signed out when it returns."""
        noticed = [self._enforced(notice) for notice in notices]
        return [
            Effect(person, applied_at=at, recorded=all([await each for each in written]))
            if person
            else Effect(refused="person", message="Nobody here is known as that person, or not as that one alone.")
            for person, at, written in noticed
        ]

    def persons(self, notice: PersonNotice) -> tuple[str, ...]:
        """The ids of those whom a notice is about. An address may be that of several: each bridge brought its own.

        Another address gets only who is alone in having the former one there, and where nobody else has the new one.
        """
        if notice.key:
            return (person_id(self._secret, notice.bridge, notice.key),)
        having = self._having(notice.addresses or ())
        if not notice.renamed:
            return having
        own = tuple(ident for ident in having if self._registry.people[ident].bridge == notice.bridge)
        return own if len(own) == 1 and set(self._having((notice.renamed,))) <= set(own) else ()

    def _having(self, addresses: Iterable[str]) -> tuple[str, ...]:
        hashed = {self.address(address) for address in addresses}
        return tuple(sorted(each.id for each in self._registry.people.values() if hashed & set(each.addresses)))

    def _enforced(self, notice: PersonNotice) -> tuple[str, int, list[Awaitable[bool]]]:
        """In force before anything is waited for: the first of those it is about, when, and what waits for the disk."""
        persons = self.persons(notice)
        records = [record for person in persons if (record := self._person_record(person, notice))]
        written = [self._ledger.enforce(record) for record in records]
        known = next((person for person in persons if person in self._registry.people), "")
        return known, self._clock() if written else 0, written

    def address(self, address: str) -> str:
        """A mail address as it is on record."""
        return address_hash(self._secret, address)

    def provided(self, bridge: str, claim: str, value: str) -> str:
        """What a provider calls a person or a session, as it is on record."""
        return provider_hash(self._secret, bridge, claim, value)

    async def _stop(
        self, bridge: str, holding: Sequence[Upstream | None], notices: Sequence[ActorNotice], effects: list[Effect]
    ) -> None:
        """All kinds of stops at once: none waits for the receipts of another."""
        strongest: dict[str, str] = {}
        for upstream, notice in zip(holding, notices, strict=True):
            order = self._order(upstream, notice) if upstream else ""
            if upstream and ORDERS.index(order) > ORDERS.index(strongest.get(upstream.actor, "")):
                strongest[upstream.actor] = order
        orders: dict[str, list[int]] = {}
        for place, upstream in enumerate(holding):
            if upstream and upstream.actor in strongest:
                orders.setdefault(strongest[upstream.actor], []).append(place)
        await asyncio.gather(*(self._carry_out(*each, bridge, notices, effects) for each in orders.items()))

    async def _let_return(
        self, bridge: str, holding: Sequence[Upstream | None], notices: Sequence[ActorNotice], effects: list[Effect]
    ) -> None:
        """After the stops: who may return is only known when all of them are in force."""
        places = [place for place, upstream in enumerate(holding) if upstream and self._may_return(upstream)]
        if places:
            await self._carry_out("activate", places, bridge, notices, effects)

    def _order(self, after: Upstream, notice: ActorNotice) -> str:
        """How it stops the actor; nothing where it does not act anyhow. Also for what was said before."""
        standing = self._registry.standings.get(after.actor)
        if standing is None:
            return ""
        if after.status is Status.RETIRED:
            return "" if standing.state is State.RETIRED else "retire"
        if notice.compromised:
            return "" if standing.state in STOPPED else "quarantine"
        return "suspend" if after.status is Status.DISABLED and standing.state is State.ACTIVE else ""

    def _may_return(self, after: Upstream) -> bool:
        """Whether it was bridges alone that stopped it, and none of them holds it any more."""
        standing = self._registry.standings.get(after.actor)
        if after.status is not Status.ACTIVE or standing is None or standing.state is not State.SUSPENDED:
            return False
        return after.actor in self._registry.held and not self._registry.upstreams.holders(after.actor)

    async def _carry_out(
        self, order: str, places: list[int], bridge: str, notices: Sequence[ActorNotice], effects: list[Effect]
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
        """The record of what is new; None where nothing is, or where it tells nothing of somebody unknown."""
        former = self._registry.people.get(ident)
        said = self._said(notice)
        if former is not None and notice.renamed:
            left = set(former.addresses) - {self.address(each) for each in notice.addresses or ()}
            said = {**said, "addresses": sorted({*left, self.address(notice.renamed)})}
        if former is None and not said:
            return None
        if former is not None and former.bridge != notice.bridge and said.get("active"):
            # Who brought them says that they are back: nobody else lifts that.
            said = {name: value for name, value in said.items() if name != "active"}
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
        "valid_until": rfc3339(after.valid_until) if after.valid_until else None,
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
