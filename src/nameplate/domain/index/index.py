"""The index: what is declared and what has happened, packed so that the number of actors hardly matters."""

from collections.abc import Callable
from datetime import date

from nameplate.domain.actors import Actor, Standing, State
from nameplate.domain.contracts import Contract
from nameplate.domain.places import Door, Site, Zone
from nameplate.domain.reference import Facts
from nameplate.domain.requests import AccessRequest
from nameplate.domain.verdicts import Reason, Verdict
from nameplate.domain.windows import Calendar, Transitions

from .checks import judge, may_leave
from .doors import Passage, Way
from .rows import CompiledContract, Compiler, Rows

UNKNOWN_ACTOR = Verdict(False, Reason.UNKNOWN_ACTOR, (Reason.UNKNOWN_ACTOR,))
STOPPED: dict[State, Verdict] = {
    state: Verdict(False, Reason.STATE, (Reason.STATE, state)) for state in State if state is not State.ACTIVE
}
PAST_RETIRE_BY = Verdict(False, Reason.STATE, (Reason.STATE, "past_retire_by"))
CUT_OFF = Verdict(False, Reason.CUT_OFF, (Reason.CUT_OFF,))
UNKNOWN_READER = Verdict(False, Reason.UNKNOWN_READER, (Reason.UNKNOWN_READER,))
CONTRACT_MISSING = Verdict(False, Reason.CONTRACT_MISSING, (Reason.CONTRACT_MISSING,))


class _Place:
    """A site, as its actors share it."""

    __slots__ = ("calendar",)

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar


class _Entry:
    """What the index holds of an actor. `refusal` is what its state forbids, `who` what conditions may ask about."""

    __slots__ = ("contract", "cut_off", "place", "refusal", "retire_by", "who")

    def __init__(self, actor: Actor, standing: Standing, place: _Place, contract: CompiledContract) -> None:
        self.place = place
        self.contract = contract
        self.retire_by: date | None = actor.retire_by
        self.stand(actor, standing)

    def stand(self, actor: Actor, standing: Standing) -> None:
        """Take over what has happened."""
        self.refusal = STOPPED.get(standing.state)
        self.cut_off = standing.cut_off
        self.who = (actor, standing)


class Index:
    """Decides about access requests; the same answers as `reference.decide`. For one thread.

    `transitions` compiles a time zone; it raises Invalid for one that does not exist, and so do `put_site` and
    `put_contract` before they have changed anything.
    """

    def __init__(self, transitions: Callable[[str], Transitions]) -> None:
        self._transitions = transitions
        self._calendars: dict[str, Calendar] = {}
        self._compiler = Compiler(self._calendar)
        self._entries: dict[str, _Entry] = {}
        self._contracts: dict[str, CompiledContract] = {}
        self._passages: dict[str, Passage] = {}
        self._places: dict[str, _Place] = {}
        self._public: set[str] = set()

    def fill(self, facts: Facts) -> None:
        """Put everything that `facts` holds."""
        for site in facts.sites.values():
            self.put_site(site)
        for zone in facts.zones.values():
            self.put_zone(zone)
        for door in facts.doors.values():
            self.put_door(door)
        for contract in facts.contracts.values():
            self.put_contract(contract)
        for actor in facts.actors.values():
            if actor.id in facts.standings:
                self.put_actor(actor, facts.standings[actor.id])

    def put_site(self, site: Site) -> None:
        """Declare a site or change its time zone, for all its actors at once."""
        calendar = self._calendar(site.timezone)
        self._place(site.id).calendar = calendar

    def drop_site(self, site_id: str) -> None:
        """Forget a site: dates of its actors count in UTC."""
        self._place(site_id).calendar = self._calendar("UTC")

    def put_zone(self, zone: Zone) -> None:
        """Declare a zone; whether it is public holds from now on."""
        if zone.public:
            self._public.add(zone.id)
        else:
            self._public.discard(zone.id)

    def drop_zone(self, zone_id: str) -> None:
        """Forget a zone: it is no longer public."""
        self._public.discard(zone_id)

    def put_door(self, door: Door) -> None:
        """Declare a door or replace it."""
        self._passages[f"door:{door.id}"] = Passage(door)

    def drop_door(self, door_id: str) -> None:
        """Forget a door: it can be entered only where a contract names it."""
        self._passages.pop(f"door:{door_id}", None)

    def put_contract(self, contract: Contract) -> None:
        """Declare a contract or put a new revision in its place, for all its actors at once."""
        compiled = self._contracts.get(contract.id) or CompiledContract()
        compiled.replace(contract, self._compiler)
        self._contracts[contract.id] = compiled

    def drop_contract(self, contract_id: str) -> None:
        """Withdraw a contract: its actors have none until it is declared again."""
        if contract_id in self._contracts:
            self._contracts[contract_id].withdraw()

    def put_actor(self, actor: Actor, standing: Standing) -> None:
        """Declare an actor or replace it."""
        contract = self._contracts.setdefault(actor.contract, CompiledContract())
        self._entries[actor.id] = _Entry(actor, standing, self._place(actor.site), contract)

    def drop_actor(self, actor_id: str) -> None:
        """Forget an actor, and its permits that count towards a rate."""
        entry = self._entries.pop(actor_id, None)
        if entry is not None:
            for _, log in entry.contract.rates.values():
                log.forget(actor_id)

    def set_standing(self, actor_id: str, standing: Standing) -> None:
        """Apply what has happened to an actor: the next decision knows. An unknown actor is ignored."""
        entry = self._entries.get(actor_id)
        if entry is not None:
            entry.stand(entry.who[0], standing)

    def standing(self, actor_id: str) -> Standing | None:
        """The very object that was put last: another one means that something has happened in between."""
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
        if entry.retire_by is not None and entry.place.calendar.has_reached(entry.retire_by, request.at):
            return PAST_RETIRE_BY
        cut_off, issued = entry.cut_off, request.credential_at
        if cut_off is not None and issued is not None and issued <= cut_off:
            return CUT_OFF
        if request.action == "enter":
            passage = self._passages.get(request.resource)
            if passage is not None:
                return self._at_door(passage, entry, request, mono)
        contract, resource = entry.contract, request.resource
        if contract.expires is not None or not contract.declared:
            refusal = _without(entry, request.at)
            if refusal is not None:
                return refusal
        return judge(contract.rows(resource), contract.name, resource, request, entry.who, mono)

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
        if _without(entry, request.at) is not None:
            return None
        rows = _merged(entry.contract.rows(ways[0].target), entry.contract.rows(passage.name))
        return may_leave(rows, entry.contract.name, request)

    def _leaves(self, way: Way, entry: _Entry) -> bool:
        """Whether the actor stands inside, on this side of the door."""
        return way.side is not None and way.side == entry.who[1].zone and way.side not in self._public

    def _at_door(self, passage: Passage, entry: _Entry, request: AccessRequest, mono: float) -> Verdict:
        verdict = UNKNOWN_READER
        for way in passage.ways(request.reader, entry.who[1].zone):
            verdict = self._through(way, passage.name, entry, request, mono)
            if not verdict.permit:
                return verdict
        return verdict

    def _through(self, way: Way, door: str, entry: _Entry, request: AccessRequest, mono: float) -> Verdict:
        public = way.zone in self._public
        if public and request.presence == "reader":
            return way.public_permit
        refusal = _without(entry, request.at)
        if refusal is not None:
            return way.public_refusal if public else refusal
        contract = entry.contract
        rows = _merged(contract.rows(way.target), contract.rows(door))
        verdict = judge(rows, contract.name, way.target, request, entry.who, mono)
        if verdict.permit:
            return verdict
        if public:
            return way.public_refusal
        if self._leaves(way, entry):
            return may_leave(rows, contract.name, request) or verdict
        return verdict

    def _place(self, site_id: str) -> _Place:
        place = self._places.get(site_id)
        if place is None:
            place = self._places[site_id] = _Place(self._calendar("UTC"))
        return place

    def _calendar(self, name: str) -> Calendar:
        calendar = self._calendars.get(name)
        if calendar is None:
            calendar = self._calendars[name] = Calendar(self._transitions(name))
        return calendar


def _without(entry: _Entry, at: int) -> Verdict | None:
    """The refusal where no contract is in force."""
    contract = entry.contract
    if not contract.declared:
        return CONTRACT_MISSING
    if contract.expires is not None and entry.place.calendar.has_reached(contract.expires, at):
        return Verdict(False, Reason.CONTRACT_EXPIRED, (Reason.CONTRACT_EXPIRED,), contract.name)
    return None


def _merged(zone: Rows, door: Rows) -> Rows:
    """Grants that name the zone or the door, in contract order; one that names both is judged for the zone."""
    if not door or not zone:
        return zone or door
    by_position = {row.position: row for row in (*door, *zone)}
    return tuple(row for _, row in sorted(by_position.items()))
