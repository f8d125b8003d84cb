"""The specification of a decision: slow, and meant to be obviously correct. `index` must give the same answers.

It shares with the index only the typed comparison of `where` and `unless`.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from .actors import Actor, Standing, State
from .checks import CHECKS, ON_OTHERS, presence_holds
from .contracts import Contract, Grant
from .facts import Case, Facts, Match, Permit, Wall
from .lockdowns import Threat
from .places import Door
from .requests import AccessRequest
from .sightings import Sighting
from .verdicts import Reason, Verdict
from .windows import is_covered

__all__ = ["CHECKS", "Facts", "Permit", "Wall", "decide", "failed_checks", "targets", "way_out"]


def decide(
    facts: Facts,
    request: AccessRequest,
    wall: Wall,
    permits: Iterable[Permit] = (),
    mono: float = 0.0,
    seen: Iterable[Sighting] = (),
) -> Verdict:
    """Whether it is permitted, and why or why not. `permits`: given earlier; `seen`: who has shown up at readers.

    `mono`: now, in monotonic seconds.
    """
    actor, standing = facts.actors.get(request.actor), facts.standings.get(request.actor)
    if actor is None or standing is None:
        return _deny(Reason.UNKNOWN_ACTOR)
    case = Case(facts, request, wall, permits, mono, seen, actor, standing, facts.contracts.get(actor.contract))
    if standing.state is not State.ACTIVE:
        return _deny(Reason.STATE, standing.state)
    if actor.retire_by is not None and _has_come(actor.retire_by, case):
        return _deny(Reason.STATE, "past_retire_by")
    if standing.cut_off is not None and request.credential_at is not None and request.credential_at <= standing.cut_off:
        return _deny(Reason.CUT_OFF)
    door = _door(facts, request)
    if door is not None:
        return _at_door(case, door)
    verdict = _without_contract(case) or _barred(case, request.resource) or _by_grants(case, [request.resource])
    return _noted(case, _zone_asked_for(case), verdict)


def targets(facts: Facts, request: AccessRequest) -> tuple[str, ...]:
    """The names of what is asked for. At a door: the zone beyond it (both, if nothing tells the way), the door."""
    door = _door(facts, request)
    if door is None:
        return (request.resource,)
    known = request.actor in facts.actors and request.actor in facts.standings
    zone = facts.standings[request.actor].zone if known else ""
    return (*(f"zone:{beyond}" for _, beyond in _ways(request, zone, door)), request.resource)


def way_out(facts: Facts, request: AccessRequest, wall: Wall) -> Verdict | None:
    """The permit by which an actor may leave where it stands, whatever else forbids what it asks.

    Only for requests that `decide` permits: it looks neither at the state nor at the credential.
    """
    actor, standing, door = facts.actors.get(request.actor), facts.standings.get(request.actor), _door(facts, request)
    if actor is None or standing is None or door is None:
        return None
    case = Case(facts, request, wall, (), 0.0, (), actor, standing, facts.contracts.get(actor.contract))
    ways = _ways(request, standing.zone, door)
    if len(ways) != 1 or not _leaves(case, ways[0][0]):
        return None
    target = f"zone:{ways[0][1]}"
    if _is_public(case, ways[0][1]) and request.presence == "reader":
        return Verdict(True, Reason.PUBLIC_ZONE, (Reason.PUBLIC_ZONE,), target=target)
    return None if _without_contract(case) else _way_out(case, [target, request.resource])


def failed_checks(
    grant: Grant, facts: Facts, request: AccessRequest, wall: Wall, actor: Actor, standing: Standing
) -> tuple[Reason, ...]:
    """Every check of `grant` that fails, in order; `decide` stops at the first. What rests on others counts as kept."""
    case = Case(facts, request, wall, (), 0.0, (), actor, standing, None)
    match = Match(0, grant, request.resource)
    return tuple(reason for reason, holds in CHECKS if reason not in ON_OTHERS and not holds(match, case))


def _door(facts: Facts, request: AccessRequest) -> Door | None:
    doors = {f"door:{door.id}": door for door in facts.doors.values()}
    return doors.get(request.resource) if request.action == "enter" else None


def _at_door(case: Case, door: Door) -> Verdict:
    ways = _ways(case.request, case.standing.zone, door)
    if not ways:
        return _deny(Reason.UNKNOWN_READER)
    verdicts = [_noted(case, zone, _through(case, door, side, zone)) for side, zone in ways]
    return next((verdict for verdict in verdicts if not verdict.permit), verdicts[-1])


def _ways(request: AccessRequest, last_zone: str, door: Door) -> list[tuple[str | None, str]]:
    """The side on which the actor stands, None if unknown, and the zone beyond: one way, or both if nothing tells."""
    if request.reader is not None or len(door.readers) == 1:
        reader = door.readers[0] if request.reader is None else door.reader(request.reader)
        return [(reader.side, door.beyond(reader.side))] if reader is not None and reader.side in door.joins else []
    if last_zone in door.joins:
        return [(last_zone, door.beyond(last_zone))]
    return [(None, zone) for zone in door.joins]


def _through(case: Case, door: Door, side: str | None, zone: str) -> Verdict:
    target, public = f"zone:{zone}", _is_public(case, zone)
    names = [target, f"door:{door.id}"]
    refusal = _without_contract(case)
    if refusal is not None and not public:
        return refusal
    barred = (
        _locked(case, zone)
        or (None if public else _threatened(case, names))
        or _interlocked(case, door, target)
        or _passed_back(case, zone, "hard")
    )
    if barred is not None:
        return barred
    if public and case.request.presence == "reader":
        return Verdict(True, Reason.PUBLIC_ZONE, (Reason.PUBLIC_ZONE,), target=target)
    if not public and door.site in case.facts.fires.values():
        return (_way_out(case, names) if _leaves(case, side) else None) or _in_fire(case, target)
    verdict = refusal or _by_grants(case, names)
    if verdict.permit:
        return verdict
    if public:
        return Verdict(False, Reason.PRESENCE, (Reason.PRESENCE,), target=target)
    return (_way_out(case, names) if _leaves(case, side) and refusal is None else None) or verdict


def _in_fire(case: Case, target: str) -> Verdict:
    """Nobody enters at a site on fire; what has no door of its own lies at the site of the actor."""
    return Verdict(False, Reason.FIRE, (Reason.FIRE,), _contract(case).name, target=target)


def _leaves(case: Case, side: str | None) -> bool:
    """Whether the actor stands inside, on this side of the door."""
    return side is not None and side == case.standing.zone and not _is_public(case, side)


def _barred(case: Case, resource: str) -> Verdict | None:
    """What bars a question that is not about a door; only a zone can be locked."""
    zone = _zone_asked_for(case)
    barred = _locked(case, zone) or _threatened(case, [resource]) or _passed_back(case, zone, "hard")
    burns = case.request.action == "enter" and case.actor.site in case.facts.fires.values()
    return barred or (_in_fire(case, resource) if burns else None)


def _zone_asked_for(case: Case) -> str:
    """The zone that a question asks to enter by its own name, empty for none."""
    kind, _, ident = case.request.resource.partition(":")
    return ident if kind == "zone" and case.request.action == "enter" else ""


def _interlocked(case: Case, door: Door, target: str) -> Verdict | None:
    for _, interlock in sorted(case.facts.interlocks.items()):
        for other in interlock.doors if door.id in interlock.doors else ():
            released = [each for each in case.permits if each.door == other]
            recent = any(case.mono - each.mono < interlock.release_s for each in released)
            if other != door.id and (other in case.facts.leaves or recent):
                return _deny(Reason.INTERLOCK, f"door:{other}")._replace(target=target)
    return None


def _passed_back(case: Case, zone_id: str, kind: str) -> Verdict | None:
    """The refusal of who is inside already, by what its last passage says."""
    zone, standing = case.facts.zones.get(zone_id), case.standing
    if zone is None or zone.anti_passback != kind:
        return None
    inside = zone.is_inside(standing.zone, standing.zone_at, case.request.at)
    return _deny(Reason.ANTI_PASSBACK)._replace(target=f"zone:{zone_id}") if inside else None


def _noted(case: Case, zone: str, verdict: Verdict) -> Verdict:
    """A permit that soft anti-passback takes note of."""
    if not verdict.permit or _passed_back(case, zone, "soft") is None:
        return verdict
    return verdict._replace(reasons=(*verdict.reasons, Reason.ANTI_PASSBACK))


def _locked(case: Case, zone: str) -> Verdict | None:
    if zone not in case.facts.lockdowns:
        return None
    return _deny(Reason.LOCKDOWN, "zone")._replace(target=f"zone:{zone}")


def _threatened(case: Case, names: list[str]) -> Verdict | None:
    """The refusal where grants match, but none of them holds at the threat level."""
    if not list(_all_matches(case, names)) or list(_matches(case, names)):
        return None
    finer = f"threat_{_level(case, names)}"
    return _deny(Reason.LOCKDOWN, finer)._replace(contract=_contract(case).name, target=names[0])


def _level(case: Case, names: list[str]) -> Threat:
    """The threat level where the question leads to: of the door's or the zone's site, else of the actor's."""
    door, zone = _door(case.facts, case.request), case.facts.zones.get(names[0].removeprefix("zone:"))
    in_zone = zone.site if zone and names[0].startswith("zone:") else case.actor.site
    alert = case.facts.threats.get(door.site if door else in_zone)
    return alert.level if alert else Threat.NORMAL


def _way_out(case: Case, names: list[str]) -> Verdict | None:
    for position, grant, target in _matches(case, names):
        if presence_holds(grant, case) and grant.approvals == 0 and grant.custody_s is None and grant.escort_s is None:
            return Verdict(True, Reason.WAY_OUT, (Reason.WAY_OUT,), _contract(case).name, position, target)
    return None


def _without_contract(case: Case) -> Verdict | None:
    contract = case.contract
    if contract is None:
        return _deny(Reason.CONTRACT_MISSING)
    if contract.expires is not None and _has_come(contract.expires, case):
        return _deny(Reason.CONTRACT_EXPIRED)._replace(contract=contract.name)
    return None


def _by_grants(case: Case, names: list[str]) -> Verdict:
    """The first grant whose checks all pass; otherwise the reasons of all that match, the furthest first."""
    name = _contract(case).name
    failures: list[tuple[int, Match]] = []
    for match in _matches(case, names):
        failed = next((place for place, (_, holds) in enumerate(CHECKS) if not holds(match, case)), None)
        if failed is None:
            return Verdict(True, Reason.GRANTED, (Reason.GRANTED,), name, match.position, match.target)
        failures.append((failed, match))
    if not failures:
        return Verdict(False, Reason.NOT_IN_CONTRACT, (Reason.NOT_IN_CONTRACT,), name, -1, names[0])
    failures.sort(key=lambda failure: -failure[0])
    best = failures[0][1]
    reasons = tuple(dict.fromkeys(CHECKS[place][0] for place, _ in failures))
    return Verdict(False, reasons[0], reasons, name, best.position, best.target)


def _matches(case: Case, names: list[str]) -> Iterator[Match]:
    """The grants that match and hold at the threat level."""
    level = _level(case, names)
    return (match for match in _all_matches(case, names) if match.grant.up_to.rank >= level.rank)


def _all_matches(case: Case, names: list[str]) -> Iterator[Match]:
    """The grants of the action on one of `names`, in contract order; the first name that a grant covers counts."""
    for position, grant in enumerate(_contract(case).grants):
        covered = [name for name in names if any(_covers(pattern, name) for pattern in grant.resources)]
        if case.request.action in grant.actions and covered:
            yield Match(position, grant, covered[0])


def _covers(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _contract(case: Case) -> Contract:
    return case.contract or Contract("")


def _is_public(case: Case, zone_id: str) -> bool:
    zone = case.facts.zones.get(zone_id)
    return zone is not None and zone.public


def _has_come(day: date, case: Case) -> bool:
    """Whether the site's calendar shows `day` or a later one. A clock outside the covered years is past every day."""
    if not is_covered(case.request.at):
        return True
    site = case.facts.sites.get(case.actor.site)
    return case.wall(site.timezone if site else "UTC", case.request.at).date() >= day


def _deny(reason: Reason, *finer: str) -> Verdict:
    return Verdict(False, reason, (reason, *finer))
