"""The index: what is declared and what has happened, packed so that the number of actors hardly matters."""

from collections.abc import Callable

from nameplate.domain.actors import Actor, Standing, State
from nameplate.domain.calendars import Calendar
from nameplate.domain.contracts import Contract
from nameplate.domain.lockdowns import Threat
from nameplate.domain.places import Door, Site, Zone
from nameplate.domain.reference import Facts
from nameplate.domain.requests import AccessRequest
from nameplate.domain.sightings import Role, Sighting, Sightings
from nameplate.domain.verdicts import Reason, Verdict
from nameplate.domain.windows import LocalTime, Transitions

from .barriers import Barriers, holding, in_fire, noted, passed_back, threatened
from .calendars import Timetable
from .checks import judge, may_leave
from .doors import Passage, Way
from .entries import Entry, Place, without
from .rows import CompiledContract, Compiler, merged

ANOTHER = "another:"
"""Stands for somebody who is not there; no actor can have that name."""

UNKNOWN_ACTOR = Verdict(False, Reason.UNKNOWN_ACTOR, (Reason.UNKNOWN_ACTOR,))
PAST_RETIRE_BY = Verdict(False, Reason.STATE, (Reason.STATE, "past_retire_by"))
CUT_OFF = Verdict(False, Reason.CUT_OFF, (Reason.CUT_OFF,))
UNKNOWN_READER = Verdict(False, Reason.UNKNOWN_READER, (Reason.UNKNOWN_READER,))


class Index:
    """Decides about access requests; the same answers as `reference.decide`. For one thread.

    `transitions` compiles a time zone; it raises Invalid for one that does not exist, and so do `put_site`,
    `put_calendar` and `put_contract` before they have changed anything. `stops` grows with every stop of anybody.
    """

    def __init__(self, transitions: Callable[[str], Transitions]) -> None:
        self._transitions = transitions
        self._local_times: dict[str, LocalTime] = {}
        self._timetables: dict[str, Timetable] = {}
        self._sightings = Sightings()
        self._compiler = Compiler(self._local, self._timetable, self._sightings)
        self._watches = False
        self._entries: dict[str, Entry] = {}
        self._contracts: dict[str, CompiledContract] = {}
        self._rated: set[str] = set()
        self._passages: dict[str, Passage] = {}
        self._places: dict[str, Place] = {}
        self._public: set[str] = set()
        self._zone_sites: dict[str, str] = {}
        self.barriers = Barriers()
        self.stops = 0

    def fill(self, facts: Facts) -> None:
        """Put everything that `facts` holds."""
        for site in facts.sites.values():
            self.put_site(site)
        for calendar in facts.calendars.values():
            self.put_calendar(calendar)
        for zone in facts.zones.values():
            self.put_zone(zone)
        for door in facts.doors.values():
            self.put_door(door)
        for contract in facts.contracts.values():
            self.put_contract(contract)
        for actor in facts.actors.values():
            if actor.id in facts.standings:
                self.put_actor(actor, facts.standings[actor.id])
        self._fill_barriers(facts)

    def _fill_barriers(self, facts: Facts) -> None:
        for zone_id in facts.lockdowns:
            self.barriers.lock(zone_id)
        for interlock in facts.interlocks.values():
            self.barriers.put_interlock(interlock)
        for door_id in facts.leaves:
            self.barriers.interlocks.set_leaf(door_id, closed=False)
        for alert in facts.threats.values():
            self.barriers.set_threat(alert.site, alert.level)
        self.barriers.set_fires(facts.fires.values())

    def put_site(self, site: Site) -> None:
        """Declare a site or change its time zone, for all its actors and calendars at once."""
        self._set_local(site.id, self._local(site.timezone))

    def drop_site(self, site_id: str) -> None:
        """Forget a site: dates of its actors count in UTC."""
        self._set_local(site_id, self._local("UTC"))

    def put_calendar(self, calendar: Calendar) -> None:
        """Declare a calendar or replace it, for every contract that names it at once."""
        place = self._place(calendar.site)
        local = self._local(calendar.timezone) if calendar.timezone else place.local
        self._timetable(calendar.id).declare(calendar, local)

    def drop_calendar(self, calendar_id: str) -> None:
        """Withdraw a calendar: windows that name it are closed until it is declared again."""
        self._timetable(calendar_id).withdraw()

    def put_zone(self, zone: Zone) -> None:
        """Declare a zone; whether it is public holds from now on."""
        self._zone_sites[f"zone:{zone.id}"] = zone.site
        self.barriers.watch(zone)
        if zone.public:
            self._public.add(zone.id)
        else:
            self._public.discard(zone.id)

    def drop_zone(self, zone_id: str) -> None:
        """Forget a zone: it is no longer public."""
        self._public.discard(zone_id)
        self._zone_sites.pop(f"zone:{zone_id}", None)
        self.barriers.forget(zone_id)

    def happened(self, verdict: Verdict, request: AccessRequest, mono: float) -> None:
        """What a decision leaves behind: interlocked doors wait, who came first waits for the second, escorts count.

        A permit counts towards its rate. Call it before another decision.
        """
        if self._watches:
            self._see(verdict, request, mono)
        if verdict.permit:
            if self.barriers.active:
                self.release(request.resource, mono)
            if verdict.contract in self._rated:
                self.count_permit(verdict, request.actor, mono)

    def release(self, resource: str, mono: float) -> None:
        """A permit is given at a door: doors that are interlocked with it wait until it has ended."""
        if resource.startswith("door:"):
            self.barriers.interlocks.release(resource[5:], mono)

    def see(self, seen: Sighting) -> None:
        """Somebody has shown up at a reader."""
        if self._watches:
            self._sightings.note(seen)

    def crossing_ended(self, door_id: str) -> None:
        """The crossing that was permitted at a door is over."""
        self.barriers.interlocks.ended(door_id)

    @property
    def tightened(self) -> int:
        """Grows whenever something is barred that was not: a permit that is not yet given must be looked at again."""
        return self.barriers.tightened

    def put_door(self, door: Door) -> None:
        """Declare a door or replace it."""
        self._passages[f"door:{door.id}"] = Passage(door)

    def drop_door(self, door_id: str) -> None:
        """Forget a door: it can be entered only where a contract names it."""
        self._passages.pop(f"door:{door_id}", None)

    def put_contract(self, contract: Contract) -> None:
        """Declare a contract or put a new revision in its place, for all its actors at once."""
        compiled = self._contracts.get(contract.id) or CompiledContract()
        former = compiled.name
        compiled.replace(contract, self._compiler)
        self._contracts[contract.id] = compiled
        self._rated.discard(former)
        if compiled.rates:
            self._rated.add(compiled.name)
        self._watches = self._watches or any(
            grant.custody_s is not None or grant.escort_s is not None for grant in contract.grants
        )

    def drop_contract(self, contract_id: str) -> None:
        """Withdraw a contract: its actors have none until it is declared again."""
        if contract_id in self._contracts:
            self._rated.discard(self._contracts[contract_id].name)
            self._contracts[contract_id].withdraw()

    def put_actor(self, actor: Actor, standing: Standing) -> None:
        """Declare an actor or replace it."""
        contract, former = self._contracts.setdefault(actor.contract, CompiledContract()), self._entries.get(actor.id)
        entry = self._entries[actor.id] = Entry(actor, standing, self._place(actor.site), contract)
        if former is not None:
            entry.stopped_at = self._stop(former, standing)

    def drop_actor(self, actor_id: str) -> None:
        """Forget an actor, and its permits that count towards a rate."""
        entry = self._entries.pop(actor_id, None)
        if entry is not None:
            self.stops += 1
            for _, log in entry.contract.rates.values():
                log.forget(actor_id)

    def set_standing(self, actor_id: str, standing: Standing) -> None:
        """Apply what has happened to an actor: the next decision knows. An unknown actor is ignored."""
        entry = self._entries.get(actor_id)
        if entry is not None:
            entry.stopped_at = self._stop(entry, standing)
            entry.stand(entry.who[0], standing)

    def _stop(self, entry: Entry, standing: Standing) -> int:
        """The number of the newest stop of an actor that stands so from now on."""
        if standing.state is State.ACTIVE and standing.cut_off == entry.cut_off:
            return entry.stopped_at
        self.stops += 1
        return self.stops

    def stopped_since(self, actor_id: str, stops: int) -> bool:
        """Whether the actor was stopped after `stops` had that value (even if it may act again) or is forgotten."""
        entry = self._entries.get(actor_id)
        return entry is None or entry.stopped_at > stops

    def standing(self, actor_id: str) -> Standing | None:
        """What was put last."""
        entry = self._entries.get(actor_id)
        return None if entry is None else entry.who[1]

    def count_permit(self, verdict: Verdict, actor: str, mono: float) -> None:
        """Count a permit that is given towards the rate of its grant. `mono`: monotonic seconds.

        Call it before another decision about the same actor. Only `granted` counts: nothing else rests on a rate.
        """
        entry = self._entries.get(actor)
        if entry is None or verdict.reason is not Reason.GRANTED or verdict.contract != entry.contract.name:
            return
        rated = entry.contract.rates.get(verdict.grant)
        if rated is not None:
            rated[1].count(actor, mono)

    def decide(self, request: AccessRequest, mono: float) -> Verdict:
        """Whether it is permitted, and why or why not. No effect. `mono`: monotonic seconds, for rates."""
        entry = self._entries.get(request.actor)
        if entry is None:
            return UNKNOWN_ACTOR
        if entry.refusal is not None:
            return entry.refusal
        if entry.retire_by is not None and entry.place.local.has_reached(entry.retire_by, request.at):
            return PAST_RETIRE_BY
        cut_off, issued = entry.cut_off, request.credential_at
        if cut_off is not None and issued is not None and issued <= cut_off:
            return CUT_OFF
        if request.action == "enter":
            passage = self._passages.get(request.resource)
            if passage is not None:
                return self._at_door(passage, entry, request, mono)
        contract, resource = entry.contract, request.resource
        if contract.expires is not None or not contract.declared or self.barriers.active:
            return self._with_care(entry, request, mono)
        return judge(contract.rows(resource), contract.name, resource, request, entry.who, mono)

    def _with_care(self, entry: Entry, request: AccessRequest, mono: float) -> Verdict:
        """What is not about a door, where the contract may be over or something may be barred."""
        refusal = without(entry, request.at)
        if refusal is not None:
            return refusal
        contract, resource, barriers = entry.contract, request.resource, self.barriers
        rows = contract.rows(resource)
        level = barriers.level(self._zone_sites.get(resource) or entry.who[0].site)
        enters = request.action == "enter"
        inside = barriers.passed_back(resource, entry.who[1], request.at) if enters else ""
        barred = barriers.locked(resource) if enters else None
        barred = barred or threatened(rows, request.action, level, contract.name, resource)
        barred = barred or (passed_back(resource) if inside == "hard" else None)
        if enters and barred is None and entry.who[0].site in barriers.burning:
            return in_fire(contract.name, resource)
        verdict = barred or judge(holding(rows, level), contract.name, resource, request, entry.who, mono)
        return noted(verdict) if inside == "soft" and verdict.permit else verdict

    def targets(self, request: AccessRequest) -> tuple[str, ...]:
        """The names of what is asked for. At a door: the zone beyond it (both, if nothing tells the way), the door."""
        passage = self._passages.get(request.resource) if request.action == "enter" else None
        if passage is None:
            return (request.resource,)
        entry = self._entries.get(request.actor)
        ways = passage.ways(request.reader, entry.who[1].zone if entry else "")
        return (*(way.target for way in ways), passage.name)

    def way_out(self, request: AccessRequest) -> Verdict | None:
        """The permit by which an actor may leave where it stands, whatever else forbids what it asks.

        Only for requests that `decide` permits: it looks neither at the state nor at the credential.
        """
        entry, passage = self._entries.get(request.actor), self._passages.get(request.resource)
        if entry is None or passage is None or request.action != "enter":
            return None
        ways = passage.ways(request.reader, entry.who[1].zone)
        if len(ways) != 1 or not self._leaves(ways[0], entry):
            return None
        if ways[0].zone in self._public and request.presence == "reader":
            return ways[0].public_permit
        if without(entry, request.at) is not None:
            return None
        rows = merged(entry.contract.rows(ways[0].target), entry.contract.rows(passage.name))
        return may_leave(holding(rows, self.barriers.level(passage.site)), entry.contract.name, request)

    def _leaves(self, way: Way, entry: Entry) -> bool:
        """Whether the actor stands inside, on this side of the door."""
        return way.side is not None and way.side == entry.who[1].zone and way.side not in self._public

    def _at_door(self, passage: Passage, entry: Entry, request: AccessRequest, mono: float) -> Verdict:
        verdict = UNKNOWN_READER
        for way in passage.ways(request.reader, entry.who[1].zone):
            verdict = self._through(way, passage, entry, request, mono)
            if not verdict.permit:
                return verdict
            if self.barriers.active and self.barriers.passed_back(way.target, entry.who[1], request.at) == "soft":
                verdict = noted(verdict)
        return verdict

    def _through(self, way: Way, passage: Passage, entry: Entry, request: AccessRequest, mono: float) -> Verdict:
        public, level = way.zone in self._public, Threat.NORMAL
        if self.barriers.active:
            barred, level = self._bar(way, passage, entry, request, mono)
            if barred is not None:
                return barred
        if public and request.presence == "reader":
            return way.public_permit
        refusal = without(entry, request.at)
        if refusal is not None:
            return way.public_refusal if public else refusal
        contract = entry.contract
        rows = merged(contract.rows(way.target), contract.rows(passage.name))
        if level is not Threat.NORMAL:
            rows = holding(rows, level)
        if not public and passage.site in self.barriers.burning:
            leaves = may_leave(rows, contract.name, request) if self._leaves(way, entry) else None
            return leaves or in_fire(contract.name, way.target)
        verdict = judge(rows, contract.name, way.target, request, entry.who, mono)
        if verdict.permit:
            return verdict
        if public:
            return way.public_refusal
        if self._leaves(way, entry):
            return may_leave(rows, contract.name, request) or verdict
        return verdict

    def _bar(
        self, way: Way, passage: Passage, entry: Entry, request: AccessRequest, mono: float
    ) -> tuple[Verdict | None, Threat]:
        """What bars a way through a door, and the threat level there. Where no contract holds that is said first."""
        public, barriers = way.zone in self._public, self.barriers
        level = barriers.level(passage.site)
        if not public and without(entry, request.at) is not None:
            return None, level
        barred, contract = barriers.locked(way.target), entry.contract
        if barred is None and not public:
            rows = merged(contract.rows(way.target), contract.rows(passage.name))
            barred = threatened(rows, request.action, level, contract.name, way.target)
        barred = barred or barriers.interlocks.refusal(passage.door, way.target, mono)
        if barred is None and barriers.passed_back(way.target, entry.who[1], request.at) == "hard":
            barred = passed_back(way.target)
        return barred, level

    def _see(self, verdict: Verdict, request: AccessRequest, mono: float) -> None:
        """The first of two waits if nothing but the second is missing; a permit that took two uses them up."""
        place = (request.resource, request.reader, Role.CUSTODY)
        there = self._sightings.take(place)
        if verdict.permit:
            if there and self.decide(request, mono).permit:
                self._sightings.put_back(place, there)
            if self._entries[request.actor].who[0].escort and request.presence == "reader":
                self._sightings.note(Sighting(request.resource, request.reader, Role.ESCORT, request.actor, mono))
            return
        waits = False
        if verdict.reason is Reason.DUAL_CUSTODY:
            self._sightings.note(Sighting(*place, ANOTHER, mono))
            waits = self.decide(request, mono).permit
            self._sightings.take(place)
        self._sightings.put_back(place, there)
        if waits:
            self._sightings.note(Sighting(*place, request.actor, mono))

    def _set_local(self, site_id: str, local: LocalTime) -> None:
        self._place(site_id).local = local
        for timetable in self._timetables.values():
            timetable.moved(site_id, local)

    def _place(self, site_id: str) -> Place:
        place = self._places.get(site_id)
        if place is None:
            place = self._places[site_id] = Place(self._local("UTC"))
        return place

    def _local(self, timezone: str) -> LocalTime:
        local = self._local_times.get(timezone)
        if local is None:
            local = self._local_times[timezone] = LocalTime(self._transitions(timezone))
        return local

    def _timetable(self, calendar_id: str) -> Timetable:
        timetable = self._timetables.get(calendar_id)
        if timetable is None:
            timetable = self._timetables[calendar_id] = Timetable()
        return timetable
