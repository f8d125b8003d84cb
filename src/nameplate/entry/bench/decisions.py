"""`nameplate bench decisions`: what a decision costs, beside the reference and beside Cedar, in one run.

Figures are processor microseconds per decision: the median of the rounds, the engines taking turns.
"""

import gc
import json
import random
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial
from importlib.util import find_spec
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from nameplate.boot.timezones import transitions
from nameplate.domain import reference
from nameplate.domain.actors import Actor, ActorType, Standing, State
from nameplate.domain.calendars import Calendar
from nameplate.domain.contracts import Contract, Grant, Window
from nameplate.domain.index import Index
from nameplate.domain.interlocks import Interlock, Leaf
from nameplate.domain.lockdowns import Alert, Lockdown
from nameplate.domain.networks import parse_address
from nameplate.domain.places import Door, Site, Zone
from nameplate.domain.requests import AccessRequest
from nameplate.domain.verdicts import Reason
from nameplate.domain.windows import WEEK_MINUTES, day_start, week_map

from . import ruled

SIZES = (1_000, 10_000, 100_000)
SEED = 20_261
ROLES, ZONES, RESOURCES = 50, 40, 2_000
CHECKED = 2_000
PEER_SIZE = 10_000
SLOW_SLICE = 2_000

_ACTIONS = ("read", "list", "start", "stop", "set", "load")
_TIMEZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe")
_PAYLOADS = ("none", "food", "linen", "waste", "medication")
_MONDAY = date(2026, 6, 1)
_MINUTE_US = 60_000_000
# What is asked, in percent: a permit, or a request spoilt in one respect.
SHARES = {
    Reason.GRANTED: 70,
    Reason.STATE: 6,
    Reason.WINDOW: 6,
    Reason.NETWORK: 6,
    Reason.NOT_IN_CONTRACT: 7,
    Reason.TASK: 4,
    Reason.PAYLOAD: 1,
}
_POLICY = """
permit(principal, action, resource) when {
  principal.active &&
  (principal.plain.contains(context.key) || (principal.tasked.contains(context.key) && context.task)) &&
  ((principal.from < principal.to && principal.days.contains(context.weekday) &&
    context.minute >= principal.from && context.minute < principal.to) ||
   (principal.from >= principal.to &&
    ((principal.days.contains(context.weekday) && context.minute >= principal.from) ||
     (principal.days.contains(context.before) && context.minute < principal.to)))) &&
  (context.ip.isInRange(principal.net1) || context.ip.isInRange(principal.net2)) &&
  principal.payloads.contains(context.payload)
};
"""


Engine = tuple[int, Callable[[int], None]]
"""How many requests a round holds, and what puts those of a round to the engine."""


class Role(NamedTuple):
    """What the contracts of a role have in common. `open` and `closed`: minutes of the local week."""

    zones: tuple[int, ...]
    window: Window
    networks: tuple[IPv4Network, IPv4Network]
    payloads: tuple[str, ...]
    open: tuple[int, ...]
    closed: tuple[int, ...]


@dataclass
class Workload:
    """Actors with a contract each (the hard case: nothing is shared but the conditions of a role), and questions."""

    actors: dict[str, Actor] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    sites: dict[str, Site] = field(default_factory=dict)
    zones: dict[str, Zone] = field(default_factory=dict)
    doors: dict[str, Door] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    lockdowns: dict[str, Lockdown] = field(default_factory=dict)
    interlocks: dict[str, Interlock] = field(default_factory=dict)
    leaves: dict[str, Leaf] = field(default_factory=dict)
    threats: dict[str, Alert] = field(default_factory=dict)
    fires: dict[str, str] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    requests: list[AccessRequest] = field(default_factory=list)


def run(sizes: Sequence[int] = SIZES, requests: int = 200_000, rounds: int = 5) -> dict[str, Any]:
    """Measure: `requests` a round for the index, a part of them for slower engines. Progress goes to stderr.

    `agreement`: all requests of the size with the peer, and some of the others, answered by index and reference.
    """
    by_size: dict[str, dict[str, Any]] = {}
    peer_size = min(sizes, key=lambda size: abs(size - PEER_SIZE))
    for size in sizes:
        _say(f"{size} actors: loading, then comparing with the reference")
        work = workload(size, requests)
        by_size[str(size)] = _measure(work, rounds, with_peer=size == peer_size)
        _say(f"{size} actors: {by_size[str(size)]}")
    smallest, largest = (by_size[str(pick(sizes))]["cpu_us"]["index"] for pick in (min, max))
    compared = [each["agreement"] for each in by_size.values()]
    return {
        "seed": SEED,
        "rounds": rounds,
        "sizes": by_size,
        "growth": {"from": min(sizes), "to": max(sizes), "ratio": round(largest / smallest, 2)},
        "agreement": {name: sum(each[name] for each in compared) for name in ("requests", "mismatches")},
    }


def _measure(work: Workload, rounds: int, *, with_peer: bool) -> dict[str, Any]:
    index, loaded = _load(work)
    compared = work.requests if with_peer else work.requests[:CHECKED]
    agreement = {"requests": len(compared), "mismatches": disagreements(index, work, compared)}
    engines = {"index": _index_engine(index.decide, work), "empty_call": _index_engine(_nothing, work)}
    engines["reference"] = _reference_engine(work)
    if with_peer:
        engines |= _peers(work) | ruled.engines(work, index, _wall)
    figures = _take_turns(engines, rounds)
    return {**loaded, "agreement": agreement, "cpu_us": figures, "ratio": _ratios(figures)}


def _peers(work: Workload) -> dict[str, Engine]:
    if find_spec("cedarpy") is None:
        _say("Cedar is left out: cedarpy is missing. Install it with: pip install cedarpy")
        return {}
    return {"cedar": _cedar_engine(work)}


def workload(size: int, requests: int, seed: int = SEED) -> Workload:
    """A fleet of `size` actors and `requests` questions. The same seed gives the same ones."""
    dice = random.Random(seed)  # noqa: S311 - a workload, not a secret
    work = Workload(sites={"plant": Site("plant", "Europe/Berlin")})
    roles = [_role(dice) for _ in range(ROLES)]
    for number in range(size):
        name, role = f"actor-{number:06}", roles[number % ROLES]
        work.roles[name] = role
        work.contracts[name] = Contract(name, tuple(_grants(dice, role)), revision=1)
        work.actors[name] = Actor(name, ActorType.WORKLOAD, "plant", contract=name)
        stopped = number % 16 == 0
        work.standings[name] = Standing(State.SUSPENDED if stopped else State.ACTIVE)
    kinds = dice.choices(list(SHARES), list(SHARES.values()), k=requests)
    work.requests = [_request(dice, work, size, kind) for kind in kinds]
    return work


def disagreements(index: Index, work: Workload, requests: Iterable[AccessRequest]) -> int:
    """How many answers of the index differ from those of the reference."""
    return sum(index.decide(each, 0.0) != reference.decide(work, each, _wall) for each in requests)


def cedar_disagreements(work: Workload, requests: Sequence[AccessRequest]) -> int:
    """How many answers of Cedar differ from those of the reference; an error within Cedar is a denial."""
    ask = _cedar(work, requests)
    permitted = [reference.decide(work, each, _wall).permit for each in requests]
    return sum(ask(place) is not permit for place, permit in enumerate(permitted))


def _role(dice: random.Random) -> Role:
    start, length = dice.randrange(0, 1440, 30), dice.randrange(480, 960, 30)
    days = tuple(sorted(dice.sample(range(7), dice.randint(3, 6))))
    window = Window(days, start, (start + length) % 1440, dice.choice(_TIMEZONES))
    networks = (IPv4Network((10 << 24 | dice.randrange(256) << 16, 16)), IPv4Network((172 << 24 | 16 << 16, 20)))
    week = week_map((window,))
    minutes = ([minute for minute in range(WEEK_MINUTES) if week[minute] == state] for state in (1, 0))
    zones = tuple(dice.sample(range(ZONES), 3))
    return Role(zones, window, networks, tuple(dice.sample(_PAYLOADS, 3)), *map(tuple, minutes))


def _grants(dice: random.Random, role: Role) -> Iterable[Grant]:
    each = RESOURCES // ZONES
    own = [zone * each + place for zone in role.zones for place in range(each)]
    for resource in dice.sample(own, dice.randint(9, 15)):
        yield Grant(
            tuple(dice.sample(_ACTIONS, dice.randint(1, 3))),
            (_resource(resource),),
            (role.window,),
            role.networks,
            task_required=dice.random() < 0.5,
            payloads=role.payloads,
        )


def _request(dice: random.Random, work: Workload, size: int, kind: Reason) -> AccessRequest:
    number = dice.randrange(size)
    number -= number % 16 if kind is Reason.STATE else -(number % 16 == 0 and number + 1 < size)
    name = f"actor-{number:06}"
    role, grants = work.roles[name], work.contracts[name].grants
    grant = dice.choice([each for each in grants if each.task_required] or grants if kind is Reason.TASK else grants)
    minute = dice.choice(role.closed if kind is Reason.WINDOW else role.open)
    outside = kind is Reason.NETWORK
    address = (
        f"203.0.113.{dice.randrange(256)}" if outside else str(role.networks[dice.randrange(2)][dice.randrange(4096)])
    )
    resource = f"api:{'z99' if kind is Reason.NOT_IN_CONTRACT else ''}{grant.resources[0][4:]}"
    at = day_start(transitions(role.window.timezone), _MONDAY) + minute * _MINUTE_US + dice.randrange(_MINUTE_US)
    task = None if kind is Reason.TASK else "task-1"
    payload = "acid" if kind is Reason.PAYLOAD else dice.choice(role.payloads)
    return AccessRequest(
        name, dice.choice(grant.actions), resource, at, parse_address(address), task=task, payload=payload
    )


def _resource(number: int) -> str:
    return f"api:z{number * ZONES // RESOURCES:02}-r{number:04}"


def _wall(timezone: str, at: int) -> datetime:
    return datetime.fromtimestamp(at / 1_000_000, ZoneInfo(timezone)).replace(tzinfo=None)


def _load(work: Workload) -> tuple[Index, dict[str, Any]]:
    gc.collect()
    before, started = _resident(), time.process_time()
    index = Index(transitions)
    index.fill(work)
    load_s = round(time.process_time() - started, 3)
    gc.collect()
    return index, {"load_s": load_s, "bytes_per_actor": (_resident() - before) // len(work.actors)}


def _resident() -> int:
    """Resident memory in bytes, 0 where the system does not tell."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * 4096 if statm.exists() else 0


def _index_engine(decide: Callable[[AccessRequest, float], object], work: Workload) -> Engine:
    def ask(_round: int) -> None:
        for request in work.requests:
            decide(request, 0.0)

    return len(work.requests), ask


def _nothing(_request: AccessRequest, _mono: float) -> None:
    """The floor of this machine: what it takes to be asked at all."""


def _reference_engine(work: Workload) -> Engine:
    count = min(SLOW_SLICE, len(work.requests))

    def ask(turn: int) -> None:
        for request in _slice(work.requests, turn, count):
            reference.decide(work, request, _wall)

    return count, ask


def _cedar_engine(work: Workload) -> Engine:
    checked = work.requests[:CHECKED]
    wrong = cedar_disagreements(work, checked)
    if wrong:
        raise AssertionError(f"Cedar disagrees with the reference on {wrong} of {len(checked)} requests.")
    ask_one = _cedar(work, work.requests)
    count = min(SLOW_SLICE, len(work.requests))

    def ask(turn: int) -> None:
        for place in _slice(range(len(work.requests)), turn, count):
            ask_one(place)

    return count, ask


def _cedar(work: Workload, requests: Sequence[AccessRequest]) -> Callable[[int], bool]:
    """Cedar with a parsed handle per actor. Its requests are made beforehand, local time and all, in its favour."""
    import cedarpy  # noqa: PLC0415 - a peer of the benchmark alone, not needed to run the product

    policies = cedarpy.PolicySet.from_str(_POLICY)
    handles = {name: cedarpy.Entities.from_json_str(json.dumps([_entity(work, name)])) for name in work.actors}
    asked = [(_question(each, work.roles[each.actor]), handles[each.actor]) for each in requests]

    def ask(place: int) -> bool:
        question, entities = asked[place]
        result = cedarpy.is_authorized(question, policies, entities)
        return result.allowed and not result.diagnostics.errors

    return ask


def _entity(work: Workload, name: str) -> dict[str, Any]:
    role, grants = work.roles[name], work.contracts[name].grants
    keys: dict[bool, list[str]] = {True: [], False: []}
    for grant in grants:
        keys[grant.task_required] += [f"{action}|{grant.resources[0]}" for action in grant.actions]
    attributes = {
        "active": work.standings[name].state is State.ACTIVE,
        "plain": keys[False],
        "tasked": keys[True],
        "days": list(role.window.days),
        "from": role.window.start,
        "to": role.window.end,
        "net1": _cedar_ip(str(role.networks[0])),
        "net2": _cedar_ip(str(role.networks[1])),
        "payloads": list(role.payloads),
    }
    return {"uid": {"type": "Actor", "id": name}, "attrs": attributes, "parents": []}


def _question(request: AccessRequest, role: Role) -> dict[str, Any]:
    local = _wall(role.window.timezone, request.at)
    address = ".".join(str((request.ip or 0) >> shift & 255) for shift in (24, 16, 8, 0))
    context = {
        "key": f"{request.action}|{request.resource}",
        "weekday": local.weekday(),
        "before": (local.weekday() - 1) % 7,
        "minute": local.hour * 60 + local.minute,
        "ip": _cedar_ip(address),
        "task": bool(request.task),
        "payload": request.payload,
    }
    return {
        "principal": {"type": "Actor", "id": request.actor},
        "action": {"type": "Action", "id": request.action},
        "resource": {"type": "Api", "id": request.resource},
        "context": context,
    }


def _cedar_ip(text: str) -> dict[str, Any]:
    return {"__extn": {"fn": "ip", "arg": text}}


def _slice(things: Sequence[Any], turn: int, count: int) -> Sequence[Any]:
    start = turn * count % max(1, len(things) - count + 1)
    return things[start : start + count]


def _take_turns(engines: Mapping[str, Engine], rounds: int) -> dict[str, float]:
    """Processor microseconds per decision, the median of the rounds."""
    taken: dict[str, list[float]] = {name: [] for name in engines}
    for turn in range(rounds):
        for name, (count, ask) in engines.items():
            started = time.process_time()
            ask(turn)
            taken[name].append((time.process_time() - started) / count * 1e6)
    return {name: round(statistics.median(each), 3) for name, each in taken.items()}


def _ratios(figures: Mapping[str, float]) -> dict[str, float]:
    return {f"{name}/index": round(figures[name] / figures["index"], 3) for name in figures if name != "index"}


_say = partial(print, file=sys.stderr, flush=True)
