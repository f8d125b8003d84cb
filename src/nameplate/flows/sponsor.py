"""Ownership that lasts: who leaves is succeeded, and what nobody answers for in time does not go on as before."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import NamedTuple

from nameplate.domain.actors import Actor, State, Tier
from nameplate.domain.errors import Conflict, NameplateError, NotFound, Refused
from nameplate.domain.findings import Finding, Severity
from nameplate.domain.registry import Registry, Touched
from nameplate.domain.sponsorships import TEAM, Handover, Orphanhood, Sponsorship
from nameplate.domain.timestamps import rfc3339
from nameplate.ports.authority import Alarms, Orders
from nameplate.ports.ledger import Ledger

DAY_US = 86_400 * 1_000_000
LOOK_S, SETTLE_S = 30.0, 0.2
SLICE = 50
_OVER = frozenset({State.RETIRED})


class Orphan(NamedTuple):
    """An actor for which nobody answers, or soon nobody. `successor`: who is asked to, by pseudonym."""

    actor: str
    why: Orphanhood
    successor: str = ""
    until: int = 0


class Sponsors:
    """Watches over who answers for whom. Owned by one event loop.

    `address`: a mail address as it is on record. `clock`: microseconds since the epoch, UTC. `days`: how long a
    successor has to say yes.
    """

    def __init__(
        self,
        registry: Registry,
        ledger: Ledger,
        orders: Orders,
        alarms: Alarms,
        address: Callable[[str], str],
        clock: Callable[[], int],
        days: int,
    ) -> None:
        self._registry, self._ledger, self._orders, self._alarms = registry, ledger, orders, alarms
        self._address, self._clock, self._days = address, clock, days
        self._overdue: dict[str, int] = {}
        self._changed = asyncio.Event()
        self._changed.set()

    def touched(self, touched: Touched) -> None:
        """Something has changed: people come and go, and actors change hands."""
        if touched.kind in {"person", "Actor", "Team"}:
            self._changed.set()

    async def run(self) -> None:
        """Until cancelled: soon after something has changed, and for what is due."""
        while True:
            if self._changed.is_set():
                # One look for all that comes at once, as when thousands are applied.
                await asyncio.sleep(SETTLE_S)
                self._changed.clear()
                await self.succeed()
            await self.lapse()
            await self.remind()
            try:
                async with asyncio.timeout(LOOK_S):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def orphans(self) -> Iterator[Orphan]:
        """The actors that are not retired and for which nobody answers, by id."""
        people, staffed = self._by_address(), self._staffed()
        for actor in sorted(self._registry.actors.values(), key=lambda each: each.id):
            why = self._why(actor, people, staffed) if self._lives(actor) else None
            if why is not None:
                offer = self._registry.sponsorships.get(actor.id)
                yield Orphan(actor.id, why, offer.successor, offer.until) if offer else Orphan(actor.id, why)

    async def succeed(self) -> None:
        """Offer every actor whose owner or sponsor has left to whoever comes next; where they are back, to nobody."""
        people, staffed = self._by_address(), self._staffed()
        async for actor in self._each():
            former = self._left(actor, people, staffed) if self._lives(actor) else ""
            offer = self._registry.sponsorships.get(actor.id)
            if not former:
                if offer is not None:
                    self._ledger.note({"kind": "sponsorship", "actor": actor.id, "state": "ended"})
            elif offer is None or offer.former != former:
                self._offer(actor, former, people, None)
            elif not self._is_active(offer.successor):
                self._offer(actor, former, people, offer)

    async def lapse(self) -> None:
        """Whoever was asked has not said yes in time: an actor of high tier is suspended, another flagged."""
        now = self._clock()
        due = [each for each in self._registry.sponsorships.values() if each.state is Handover.OFFERED]
        for offer in [each for each in due if each.until <= now]:
            await self._ledger.commit({"kind": "sponsorship", "actor": offer.actor, "state": str(Handover.LAPSED)})
            actor = self._registry.actors[offer.actor]
            text = f"Nobody answers for {actor.id}: its {_who(offer.former)} has left and no successor has said yes."
            self._alarms.raise_finding(Finding("orphaned", _severity(actor), text, actor.id))
            if actor.tier is Tier.HIGH:
                await self._suspend(actor.id, text)

    async def remind(self) -> None:
        """A finding for each review whose day has passed, once."""
        now = self._clock()
        async for actor in self._each():
            due = self.review_due(actor)
            if due is not None and due <= now and self._lives(actor) and self._overdue.get(actor.id) != due:
                self._overdue[actor.id] = due
                text = f"The review of {actor.id} was due on {rfc3339(due)[:10]}."
                self._alarms.raise_finding(Finding("review_overdue", Severity.MEDIUM, text, actor.id))

    async def _each(self) -> AsyncIterator[Actor]:
        """Every actor as it is when its turn comes: decisions must not wait until all were looked at."""
        for place, ident in enumerate(list(self._registry.actors)):
            if place % SLICE == 0:
                await asyncio.sleep(0)
            if ident in self._registry.actors:
                yield self._registry.actors[ident]

    def review_due(self, actor: Actor) -> int | None:
        """When somebody has to look at it again (microseconds, UTC); None for never."""
        if actor.review_every_days is None:
            return None
        return self._registry.reviews.get(actor.id, 0) + actor.review_every_days * DAY_US

    async def accept(self, actor: str, by: str) -> Sponsorship:
        """Somebody says yes for themselves. Raises NotFound, and Refused for anybody but whom it was offered to."""
        offer = self._registry.sponsorships.get(actor)
        if offer is None:
            raise NotFound("sponsorship", f"Nobody is asked to answer for {actor}.", "See `nameplate actor orphans`.")
        if by.startswith("p-") and by != offer.successor:
            raise Refused("sponsorship", f"It is not you who is asked to answer for {actor}.", "Declare a sponsor.")
        if offer.state is Handover.ACCEPTED:
            raise Conflict("sponsorship", f"Somebody answers for {actor} already.")
        record = {"kind": "sponsorship", "actor": actor, "state": str(Handover.ACCEPTED), "by": by}
        await self._ledger.commit(record)
        return self._registry.sponsorships[actor]

    async def review(self, actor: str, by: str, reason: str) -> int | None:
        """Somebody has looked at an actor; returns when the next review is due."""
        if actor not in self._registry.actors:
            raise NotFound("actor", f"There is no actor {actor}.", "See `nameplate actor list`.")
        if not reason.strip():
            raise Refused("reason", "A review takes a word on what was looked at.", "Give --reason: it goes on record.")
        await self._ledger.commit({"kind": "reviewed", "actor": actor, "by": by, "reason": reason})
        self._overdue.pop(actor, None)
        return self.review_due(self._registry.actors[actor])

    def _why(self, actor: Actor, people: dict[str, str], staffed: frozenset[str]) -> Orphanhood | None:
        offer = self._registry.sponsorships.get(actor.id)
        if not actor.owner:
            return Orphanhood.NO_OWNER
        if offer is not None and offer.state is Handover.ACCEPTED and self._is_active(offer.successor):
            return None
        if self._is_empty(actor.owner, staffed):
            return Orphanhood.OWNER_EMPTY
        if not actor.sponsor:
            return Orphanhood.NO_SPONSOR
        person = people.get(self._address(actor.sponsor), "")
        if not person:
            # Where no system tells of people, nobody can be unknown to it.
            return Orphanhood.SPONSOR_UNKNOWN if self._registry.people else None
        return self._gone(person, actor)

    def _left(self, actor: Actor, people: dict[str, str], staffed: frozenset[str]) -> str:
        """Who answered for an actor and does not any more: the team that owns it, else its sponsor; empty for nobody.

        A group in which nobody has been yet is not one that all have left: its system may still be telling of it.
        """
        if self._is_empty(actor.owner, staffed) and self._group(actor.owner) in self._registry.groups:
            return f"{TEAM}{actor.owner}"
        person = people.get(self._address(actor.sponsor), "") if actor.sponsor else ""
        return person if person and self._gone(person, actor) else ""

    def _gone(self, person: str, actor: Actor) -> Orphanhood | None:
        if not self._is_active(person):
            return Orphanhood.SPONSOR_LEFT
        group, known = self._group(actor.owner), self._registry.people[person]
        moved = group in self._registry.groups and group not in known.groups
        return Orphanhood.SPONSOR_MOVED if moved else None

    def _group(self, team: str) -> str:
        declared = self._registry.teams.get(team)
        return declared.group if declared else ""

    def _staffed(self) -> frozenset[str]:
        """The groups upstream that have somebody in them who is still here."""
        return frozenset(group for each in self._registry.people.values() if each.active for group in each.groups)

    def _is_empty(self, team: str, staffed: frozenset[str]) -> bool:
        """Whether the group of a team has nobody in it who is still here. Where no system tells of people, none is."""
        group = self._group(team)
        return bool(group and self._registry.people) and group not in staffed

    def _offer(self, actor: Actor, former: str, people: dict[str, str], refused: Sponsorship | None) -> None:
        successor = next((each for each in self._candidates(actor, former, people) if self._is_active(each)), "")
        if refused is not None and successor in ("", refused.successor):
            return
        until = self._clock() + self._days * DAY_US
        record = {"kind": "sponsorship", "actor": actor.id, "state": str(Handover.OFFERED), "until": rfc3339(until)}
        self._ledger.note(record | {"former": former, "successor": successor})
        who = f"{successor} is asked to" if successor else "nobody is left to"
        text = f"The {_who(former)} of {actor.id} has left; {who} answer for it until {rfc3339(until)[:10]}."
        told = (_severity(actor), text, actor.id)
        is_team = former.startswith(TEAM)
        self._alarms.raise_finding(Finding("owner_gone", *told) if is_team else Finding("sponsor_gone", *told))

    def _candidates(self, actor: Actor, former: str, people: dict[str, str]) -> Iterator[str]:
        """Where a team has left, the sponsor; co-sponsors by name; then the sponsor's manager, then theirs."""
        sponsor = people.get(self._address(actor.sponsor), "") if actor.sponsor else ""
        if sponsor != former:
            yield sponsor
        yield from (people.get(self._address(each), "") for each in actor.co_sponsors)
        seen = {sponsor}
        person = self._registry.people.get(sponsor)
        while person is not None and person.manager and person.manager not in seen:
            seen.add(person.manager)
            yield person.manager
            person = self._registry.people.get(person.manager)

    def _is_active(self, person: str) -> bool:
        known = self._registry.people.get(person)
        return known is not None and known.active

    def _lives(self, actor: Actor) -> bool:
        return self._registry.standings[actor.id].state not in _OVER

    def _by_address(self) -> dict[str, str]:
        """The person of each address. One who is here wins over one who is not."""
        ordered = sorted(self._registry.people.values(), key=lambda each: each.active)
        return {address: person.id for person in ordered for address in person.addresses}

    async def _suspend(self, actor: str, reason: str) -> None:
        if self._registry.standings[actor].state is State.ACTIVE:
            try:
                await self._orders.order("suspend", (actor,), "system", reason)
            except NameplateError:
                return


def _who(former: str) -> str:
    return "owner" if former.startswith(TEAM) else "sponsor"


def _severity(actor: Actor) -> Severity:
    return Severity.HIGH if actor.tier is Tier.HIGH else Severity.MEDIUM
