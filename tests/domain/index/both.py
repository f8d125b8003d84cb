"""The index beside the reference, changed alike from one seed and asked the same."""

from collections import Counter
from collections.abc import Callable

from nameplate.boot.timezones import transitions
from nameplate.domain import reference
from nameplate.domain.index import Index
from nameplate.domain.interlocks import Leaf
from nameplate.domain.lockdowns import Lockdown
from nameplate.domain.requests import AccessRequest
from nameplate.domain.sightings import Role, Sighting
from nameplate.domain.verdicts import Reason, Verdict
from tests.domain.index import worlds
from tests.domain.index.worlds import Dice


class Both:
    """The index and the facts, changed alike from one seed."""

    def __init__(self, seed: int) -> None:
        self.dice = Dice(seed)
        self.index = Index(transitions)
        self.world = worlds.World()
        self.permits: list[reference.Permit] = []
        self.watched = False
        self.seen: list[Sighting] = []
        self.mono = 0.0
        self.changes = (
            self.fire,
            self.site,
            self.calendar,
            self.zone,
            self.door,
            self.contract,
            self.actor,
            self.standing,
            self.lockdown,
            self.release,
            self.threat,
            self.interlock,
            self.leaf,
            self.crossed,
            self.badge,
            self.drop,
        )
        for change in (
            self.site,
            self.calendar,
            self.calendar,
            self.zone,
            self.door,
            self.door,
            self.contract,
            self.contract,
            self.actor,
            self.actor,
        ):
            change()
        if self.dice.random.random() < 0.5:
            self.interlock()

    def site(self) -> None:
        site = self.dice.site()
        self.index.put_site(site)
        self.world.sites[site.id] = site

    def calendar(self) -> None:
        calendar = self.dice.calendar()
        self.index.put_calendar(calendar)
        self.world.calendars[calendar.id] = calendar

    def zone(self) -> None:
        zone = self.dice.zone()
        self.index.put_zone(zone)
        self.world.zones[zone.id] = zone

    def door(self) -> None:
        door = self.dice.door()
        self.index.put_door(door)
        self.world.doors[door.id] = door

    def contract(self) -> None:
        contract = self.dice.contract()
        # Rates are compared within one revision: what a new one takes over has its own test.
        self._drop_contract(contract.id)
        self.index.put_contract(contract)
        together = any(grant.custody_s or grant.escort_s for grant in contract.grants)
        self.watched = self.watched or together
        self.world.contracts[contract.id] = contract

    def actor(self) -> None:
        actor, standing = self.dice.actor(), self.dice.standing()
        self.index.put_actor(actor, standing)
        self.world.actors[actor.id], self.world.standings[actor.id] = actor, standing

    def standing(self) -> None:
        standing = self.dice.standing()
        self.index.set_standing("amr-1", standing)
        if "amr-1" in self.world.actors:
            self.world.standings["amr-1"] = standing

    def lockdown(self) -> None:
        zone = self.dice.place()
        self.index.barriers.lock(zone)
        self.world.lockdowns[zone] = Lockdown(zone, 0, "uid:0", "a test")

    def release(self) -> None:
        for zone in list(self.world.lockdowns):
            self.index.barriers.unlock(zone)
        self.world.lockdowns.clear()

    def threat(self) -> None:
        alert = self.dice.alert()
        self.index.barriers.set_threat(alert.site, alert.level)
        self.world.threats[alert.site] = alert

    def interlock(self) -> None:
        if self.dice.random.random() < 0.3:
            self.index.barriers.drop_interlock("i1")
            self.world.interlocks.pop("i1", None)
        else:
            interlock = self.dice.interlock()
            self.index.barriers.put_interlock(interlock)
            self.world.interlocks[interlock.id] = interlock
        self._forget_doors(lambda door: door not in self._interlocked())

    def leaf(self) -> None:
        door, closed = self.dice.one(("d1", "d2", "d3")), self.dice.random.random() < 0.4
        self.index.barriers.interlocks.set_leaf(door, closed=closed)
        self.world.leaves.pop(door, None)
        if not closed:
            self.world.leaves[door] = Leaf(open=True)

    def crossed(self) -> None:
        door = self.dice.one(("d1", "d2"))
        self.index.crossing_ended(door)
        self._forget_doors(lambda other: other == door)

    def _interlocked(self) -> set[str]:
        return {door for each in self.world.interlocks.values() for door in each.doors}

    def _forget_doors(self, forgets: Callable[[str], bool]) -> None:
        self.permits = [each._replace(door="") if forgets(each.door) else each for each in self.permits]

    def fire(self) -> None:
        sites = self.dice.mostly((), (("clinic",), ("nowhere", "clinic"), ("nowhere",)), 0.6)
        self.world.fires = {f"d{number}": site for number, site in enumerate(sites)}
        self.index.barriers.set_fires(sites)

    def drop(self) -> None:
        match self.dice.one(("site", "calendar", "zone", "door", "contract", "actor")):
            case "site":
                self.index.drop_site("clinic")
                self.world.sites.clear()
            case "calendar":
                self.index.drop_calendar("c1")
                self.world.calendars.pop("c1", None)
            case "zone":
                self.index.drop_zone("a")
                self.world.zones.pop("a", None)
            case "door":
                self.index.drop_door("d1")
                self.world.doors.pop("d1", None)
            case "contract":
                self._drop_contract("k2")
            case "actor":
                self.index.drop_actor("amr-2")
                self.world.actors.pop("amr-2", None)
                self._forget_permits(lambda permit: permit.actor == "amr-2")

    def _drop_contract(self, contract: str) -> None:
        self.index.drop_contract(contract)
        self.world.contracts.pop(contract, None)
        self._forget_permits(lambda permit: permit.contract == contract)

    def _forget_permits(self, forgets: Callable[[reference.Permit], bool]) -> None:
        """They count towards no rate any more. A door that was released stays so: somebody may be in it."""
        self.permits = [each._replace(grant=-1) if forgets(each) else each for each in self.permits]

    def ask(self) -> Verdict:
        self.mono += self.dice.one((0.0, 20.0, 60.0))
        request = self.dice.request()
        wanted = reference.decide(self.world, request, worlds.wall, self.permits, self.mono, self.seen)
        assert self.index.decide(request, self.mono) == wanted
        assert self.index.targets(request) == reference.targets(self.world, request)
        assert self.index.way_out(request) == reference.way_out(self.world, request, worlds.wall)
        if self.dice.random.random() < 0.8:
            self.count(wanted, request)
        return wanted

    def count(self, verdict: Verdict, request: AccessRequest) -> None:
        self.index.happened(verdict, request, self.mono)
        self.meet(verdict, request)
        if not verdict.permit:
            return
        door = request.resource.removeprefix("door:")
        grant = verdict.grant if verdict.reason is Reason.GRANTED else -1
        contract = self.world.actors[request.actor].contract
        held = door if door in self._interlocked() else ""
        self.permits.append(reference.Permit(request.actor, contract, grant, self.mono, held))

    def meet(self, verdict: Verdict, request: AccessRequest) -> None:
        """Who misses nothing but another one waits; without whom it would not be permitted is used up."""
        place = (request.resource, request.reader, Role.CUSTODY)
        others = [seen for seen in self.seen if seen[:3] != place]

        def permits(seen: list[Sighting]) -> bool:
            return reference.decide(self.world, request, worlds.wall, self.permits, self.mono, seen).permit

        if verdict.reason is Reason.DUAL_CUSTODY and permits([*self.seen, Sighting(*place, "another", self.mono)]):
            self.seen.append(Sighting(*place, request.actor, self.mono))
        if verdict.permit:
            if not permits(others):
                self.seen = others
            if self.world.actors[request.actor].escort and request.presence == "reader":
                self.seen.append(Sighting(*place[:2], Role.ESCORT, request.actor, self.mono))

    def badge(self) -> None:
        request = self.dice.request()
        seen = Sighting(request.resource, request.reader, self.dice.one(tuple(Role)), "badge:b", self.mono)
        self.index.see(seen)
        if self.watched:
            self.seen.append(seen)

    def live(self, steps: int) -> Counter[Reason]:
        seen: Counter[Reason] = Counter()
        for _ in range(steps):
            if self.dice.random.random() < 0.15:
                self.dice.one(self.changes)()
            else:
                seen[self.ask().reason] += 1
        return seen
