"""The specification of a decision: slow, and meant to be obviously correct. `index` must give the same answers.

It shares with the index only the typed comparison of `where` and `unless`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import NamedTuple, Protocol

from .actors import Actor, Standing, State
from .conditions import all_hold, any_holds
from .contracts import Contract, Grant, Network, Window
from .places import Door, Site, Zone
from .requests import AccessRequest
from .verdicts import Reason, Verdict
from .windows import is_covered

Wall = Callable[[str, int], datetime]
"""What a clock on the wall shows in an IANA time zone at a time (microseconds, UTC), as a datetime without zone."""


class Facts(Protocol):
    """What is declared, and what has happened: by id."""

    @property
    def sites(self) -> Mapping[str, Site]: ...
    @property
    def zones(self) -> Mapping[str, Zone]: ...
    @property
    def doors(self) -> Mapping[str, Door]: ...
    @property
    def contracts(self) -> Mapping[str, Contract]: ...
    @property
    def actors(self) -> Mapping[str, Actor]: ...
    @property
    def standings(self) -> Mapping[str, Standing]: ...


class Permit(NamedTuple):
    """A permit that was given under a grant, for rates. `mono`: monotonic seconds."""

    actor: str
    contract: str
    grant: int
    mono: float


@dataclass(frozen=True)
class _Case:
    """One question with all it depends on."""

    facts: Facts
    request: AccessRequest
    wall: Wall
    permits: Iterable[Permit]
    mono: float
    actor: Actor
    standing: Standing
    contract: Contract | None


class _Match(NamedTuple):
    """A grant that names what is asked for, under the name `target`."""

    position: int
    grant: Grant
    target: str


def decide(
    facts: Facts, request: AccessRequest, wall: Wall, permits: Iterable[Permit] = (), mono: float = 0.0
) -> Verdict:
    """Whether it is permitted, and why or why not. `permits`: given earlier. `mono`: now, in monotonic seconds."""
    actor, standing = facts.actors.get(request.actor), facts.standings.get(request.actor)
    if actor is None or standing is None:
        return _deny(Reason.UNKNOWN_ACTOR)
    case = _Case(facts, request, wall, permits, mono, actor, standing, facts.contracts.get(actor.contract))
    if standing.state is not State.ACTIVE:
        return _deny(Reason.STATE, standing.state)
    if actor.retire_by is not None and _has_come(actor.retire_by, case):
        return _deny(Reason.STATE, "past_retire_by")
    if standing.cut_off is not None and request.credential_at is not None and request.credential_at <= standing.cut_off:
        return _deny(Reason.CUT_OFF)
    door = _door(facts, request)
    if door is not None:
        return _at_door(case, door)
    return _without_contract(case) or _by_grants(case, [request.resource])


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
    case = _Case(facts, request, wall, (), 0.0, actor, standing, facts.contracts.get(actor.contract))
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
    """Every check of `grant` that fails, in order; `decide` stops at the first. Rates count as kept."""
    case = _Case(facts, request, wall, (), 0.0, actor, standing, None)
    match = _Match(0, grant, request.resource)
    return tuple(reason for reason, holds in CHECKS if reason is not Reason.RATE and not holds(match, case))


def _door(facts: Facts, request: AccessRequest) -> Door | None:
    doors = {f"door:{door.id}": door for door in facts.doors.values()}
    return doors.get(request.resource) if request.action == "enter" else None


def _at_door(case: _Case, door: Door) -> Verdict:
    ways = _ways(case.request, case.standing.zone, door)
    if not ways:
        return _deny(Reason.UNKNOWN_READER)
    verdicts = [_through(case, door, side, zone) for side, zone in ways]
    return next((verdict for verdict in verdicts if not verdict.permit), verdicts[-1])


def _ways(request: AccessRequest, last_zone: str, door: Door) -> list[tuple[str | None, str]]:
    """The side on which the actor stands, None if unknown, and the zone beyond: one way, or both if nothing tells."""
    if request.reader is not None or len(door.readers) == 1:
        reader = door.readers[0] if request.reader is None else door.reader(request.reader)
        return [(reader.side, door.beyond(reader.side))] if reader is not None and reader.side in door.joins else []
    if last_zone in door.joins:
        return [(last_zone, door.beyond(last_zone))]
    return [(None, zone) for zone in door.joins]


def _through(case: _Case, door: Door, side: str | None, zone: str) -> Verdict:
    target = f"zone:{zone}"
    if _is_public(case, zone) and case.request.presence == "reader":
        return Verdict(True, Reason.PUBLIC_ZONE, (Reason.PUBLIC_ZONE,), target=target)
    names = [target, f"door:{door.id}"]
    refusal = _without_contract(case)
    verdict = refusal or _by_grants(case, names)
    if verdict.permit:
        return verdict
    if _is_public(case, zone):
        return Verdict(False, Reason.PRESENCE, (Reason.PRESENCE,), target=target)
    return (_way_out(case, names) if _leaves(case, side) and refusal is None else None) or verdict


def _leaves(case: _Case, side: str | None) -> bool:
    """Whether the actor stands inside, on this side of the door."""
    return side is not None and side == case.standing.zone and not _is_public(case, side)


def _way_out(case: _Case, names: list[str]) -> Verdict | None:
    for position, grant, target in _matches(case, names):
        if _presence(grant, case) and grant.approvals == 0:
            return Verdict(True, Reason.WAY_OUT, (Reason.WAY_OUT,), _contract(case).name, position, target)
    return None


def _without_contract(case: _Case) -> Verdict | None:
    contract = case.contract
    if contract is None:
        return _deny(Reason.CONTRACT_MISSING)
    if contract.expires is not None and _has_come(contract.expires, case):
        return _deny(Reason.CONTRACT_EXPIRED)._replace(contract=contract.name)
    return None


def _by_grants(case: _Case, names: list[str]) -> Verdict:
    """The first grant whose checks all pass; otherwise the reasons of all that match, the furthest first."""
    name = _contract(case).name
    failures: list[tuple[int, _Match]] = []
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


def _matches(case: _Case, names: list[str]) -> Iterator[_Match]:
    """The grants of the action on one of `names`, in contract order; the first name that a grant covers counts."""
    for position, grant in enumerate(_contract(case).grants):
        covered = [name for name in names if any(_covers(pattern, name) for pattern in grant.resources)]
        if case.request.action in grant.actions and covered:
            yield _Match(position, grant, covered[0])


def _covers(pattern: str, name: str) -> bool:
    return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern


def _window(grant: Grant, case: _Case) -> bool:
    return not grant.during or any(_is_open(window, case) for window in grant.during)


def _is_open(window: Window, case: _Case) -> bool:
    if not is_covered(case.request.at):
        return False
    shown = case.wall(window.timezone, case.request.at)
    minute, today, yesterday = shown.hour * 60 + shown.minute, shown.weekday(), (shown.weekday() - 1) % 7
    if window.start < window.end:
        return today in window.days and window.start <= minute < window.end
    return (today in window.days and minute >= window.start) or (yesterday in window.days and minute < window.end)


def _network(grant: Grant, case: _Case) -> bool:
    ip = case.request.ip
    return not grant.networks or (ip is not None and any(_holds_address(network, ip) for network in grant.networks))


def _holds_address(network: Network, ip: int) -> bool:
    """IPv4 addresses are in IPv4 networks, and in IPv6 networks only where these are written in the mapped form."""
    address = IPv6Address(ip)
    if address.ipv4_mapped is not None:
        plain = _unmapped(network)
        return isinstance(plain, IPv4Network) and address.ipv4_mapped in plain
    return isinstance(network, IPv6Network) and address in network


def _unmapped(network: Network) -> Network:
    if isinstance(network, IPv6Network) and network.subnet_of(IPv6Network("::ffff:0:0/96")):
        return ip_network((int(network.network_address) & 0xFFFF_FFFF, network.prefixlen - 96))
    return network


def _environment(grant: Grant, case: _Case) -> bool:
    return not grant.environments or case.request.environment in grant.environments


def _task(grant: Grant, case: _Case) -> bool:
    return not grant.task_required or bool(case.request.task)


def _payload(grant: Grant, case: _Case) -> bool:
    return not grant.payloads or case.request.payload in grant.payloads


def _presence(grant: Grant, case: _Case) -> bool:
    wanted = grant.presence
    if wanted is None and case.request.resource.startswith(("door:", "lift:")):
        wanted = "reader"
    if wanted == "remote":
        return case.request.presence in {"reader", "remote"}
    return wanted is None or (wanted == "reader" and case.request.presence == "reader")


def _nearness(grant: Grant, case: _Case) -> bool:
    distance = case.request.distance_m
    return grant.near_m is None or (distance is not None and 0 <= distance <= grant.near_m)


def _rate(match: _Match, case: _Case) -> bool:
    rate = match.grant.rate
    if rate is None:
        return True
    mine = (case.actor.id, _contract(case).id, match.position)
    recent = [permit for permit in case.permits if permit[:3] == mine and case.mono - permit.mono < rate.seconds]
    return len(recent) < rate.limit


def _where(grant: Grant, case: _Case) -> bool:
    return all_hold(grant.where, case.request, case.actor, case.standing)


def _unless(grant: Grant, case: _Case) -> bool:
    return not any_holds(grant.unless, case.request, case.actor, case.standing)


def _approval(grant: Grant, _case: _Case) -> bool:
    return grant.approvals == 0


def _of_grant(check: Callable[[Grant, _Case], bool]) -> Callable[[_Match, _Case], bool]:
    return lambda match, case: check(match.grant, case)


CHECKS: tuple[tuple[Reason, Callable[[_Match, _Case], bool]], ...] = (
    (Reason.WINDOW, _of_grant(_window)),
    (Reason.NETWORK, _of_grant(_network)),
    (Reason.ENVIRONMENT, _of_grant(_environment)),
    (Reason.TASK, _of_grant(_task)),
    (Reason.PAYLOAD, _of_grant(_payload)),
    (Reason.PRESENCE, _of_grant(_presence)),
    (Reason.NEARNESS, _of_grant(_nearness)),
    (Reason.RATE, _rate),
    (Reason.WHERE, _of_grant(_where)),
    (Reason.UNLESS, _of_grant(_unless)),
    (Reason.APPROVAL_REQUIRED, _of_grant(_approval)),
)
"""The order of the checks. It must never change: how far a grant got decides which reason is given."""


def _contract(case: _Case) -> Contract:
    return case.contract or Contract("")


def _is_public(case: _Case, zone_id: str) -> bool:
    zone = case.facts.zones.get(zone_id)
    return zone is not None and zone.public


def _has_come(day: date, case: _Case) -> bool:
    """Whether the site's calendar shows `day` or a later one. A clock outside the covered years is past every day."""
    if not is_covered(case.request.at):
        return True
    site = case.facts.sites.get(case.actor.site)
    return case.wall(site.timezone if site else "UTC", case.request.at).date() >= day


def _deny(reason: Reason, *finer: str) -> Verdict:
    return Verdict(False, reason, (reason, *finer))
