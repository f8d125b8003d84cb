"""The checks of one grant in their fixed order, as the specification: slow, and meant to be obviously correct."""

from collections.abc import Callable
from datetime import datetime
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_network

from .calendars import Calendar, within
from .conditions import all_hold, any_holds
from .contracts import During, Grant, Network, Window
from .facts import Case, Match
from .sightings import Role
from .verdicts import Reason
from .windows import is_covered

ON_OTHERS = frozenset({Reason.DUAL_CUSTODY, Reason.ESCORT, Reason.RATE})
"""Checks that rest on what else was permitted or seen."""


def _window(grant: Grant, case: Case) -> bool:
    return not grant.during or any(_is_open(during, case) for during in grant.during)


def _is_open(during: During, case: Case) -> bool:
    if not is_covered(case.request.at) or not all(_lets_pass(name, case) for name in during.exceptions):
        return False
    if isinstance(during, Window):
        return _in_window(during, case.wall(during.timezone, case.request.at))
    calendar = case.facts.calendars.get(during.schedule)
    if calendar is None:
        return False
    shown = _shown(calendar, case)
    own = calendar.own_hours(shown.date())
    if own is not None:
        return within(own, shown.hour * 60 + shown.minute)
    return not calendar.open or any(_in_window(window, shown) for window in calendar.open)


def _lets_pass(name: str, case: Case) -> bool:
    """An exception holds on the own days of a calendar; one that is not declared lets nothing pass."""
    calendar = case.facts.calendars.get(name)
    if calendar is None:
        return False
    shown = _shown(calendar, case)
    own = calendar.own_hours(shown.date())
    return own is None or within(own, shown.hour * 60 + shown.minute)


def _shown(calendar: Calendar, case: Case) -> datetime:
    site = case.facts.sites.get(calendar.site)
    return case.wall(calendar.timezone or (site.timezone if site else "UTC"), case.request.at)


def _in_window(window: Window, shown: datetime) -> bool:
    minute, today, yesterday = shown.hour * 60 + shown.minute, shown.weekday(), (shown.weekday() - 1) % 7
    if window.start < window.end:
        return today in window.days and window.start <= minute < window.end
    return (today in window.days and minute >= window.start) or (yesterday in window.days and minute < window.end)


def _network(grant: Grant, case: Case) -> bool:
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


def _environment(grant: Grant, case: Case) -> bool:
    return not grant.environments or case.request.environment in grant.environments


def _task(grant: Grant, case: Case) -> bool:
    return not grant.task_required or bool(case.request.task)


def _payload(grant: Grant, case: Case) -> bool:
    return not grant.payloads or case.request.payload in grant.payloads


def presence_holds(grant: Grant, case: Case) -> bool:
    wanted = grant.presence
    if wanted is None and case.request.resource.startswith(("door:", "lift:")):
        wanted = "reader"
    if wanted == "remote":
        return case.request.presence in {"reader", "remote"}
    return wanted is None or (wanted == "reader" and case.request.presence == "reader")


def _nearness(grant: Grant, case: Case) -> bool:
    distance = case.request.distance_m
    return grant.near_m is None or (distance is not None and 0 <= distance <= grant.near_m)


def _custody(grant: Grant, case: Case) -> bool:
    return grant.custody_s is None or _another(Role.CUSTODY, grant.custody_s, case)


def _escort(grant: Grant, case: Case) -> bool:
    return grant.escort_s is None or _another(Role.ESCORT, grant.escort_s, case)


def _another(role: Role, within_s: float, case: Case) -> bool:
    """Whether somebody else was at the same reader within the time."""
    place = (case.request.resource, case.request.reader, role)
    there = [seen for seen in case.seen if (seen.resource, seen.reader, seen.role) == place]
    return any(seen.who != case.actor.id and case.mono - seen.mono < within_s for seen in there)


def _rate(match: Match, case: Case) -> bool:
    rate = match.grant.rate
    if rate is None:
        return True
    mine = (case.actor.id, case.contract and case.contract.id, match.position)
    recent = [permit for permit in case.permits if permit[:3] == mine and case.mono - permit.mono < rate.seconds]
    return len(recent) < rate.limit


def _where(grant: Grant, case: Case) -> bool:
    return all_hold(grant.where, case.request, case.actor, case.standing)


def _unless(grant: Grant, case: Case) -> bool:
    return not any_holds(grant.unless, case.request, case.actor, case.standing)


def _approval(grant: Grant, _case: Case) -> bool:
    return grant.approvals == 0


def _of_grant(check: Callable[[Grant, Case], bool]) -> Callable[[Match, Case], bool]:
    return lambda match, case: check(match.grant, case)


CHECKS: tuple[tuple[Reason, Callable[[Match, Case], bool]], ...] = (
    (Reason.WINDOW, _of_grant(_window)),
    (Reason.NETWORK, _of_grant(_network)),
    (Reason.ENVIRONMENT, _of_grant(_environment)),
    (Reason.TASK, _of_grant(_task)),
    (Reason.PAYLOAD, _of_grant(_payload)),
    (Reason.PRESENCE, _of_grant(presence_holds)),
    (Reason.NEARNESS, _of_grant(_nearness)),
    (Reason.DUAL_CUSTODY, _of_grant(_custody)),
    (Reason.ESCORT, _of_grant(_escort)),
    (Reason.RATE, _rate),
    (Reason.WHERE, _of_grant(_where)),
    (Reason.UNLESS, _of_grant(_unless)),
    (Reason.APPROVAL_REQUIRED, _of_grant(_approval)),
)
"""The order of the checks. It must never change: how far a grant got decides which reason is given."""
