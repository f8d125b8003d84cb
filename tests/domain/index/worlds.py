"""Small worlds from a seed. Everything is near everything else, and most of it fits, so that checks really meet."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from ipaddress import ip_network
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from nameplate.domain.actors import Actor, ActorType, Standing, State, Unit
from nameplate.domain.calendars import Calendar, Closure, SpecialDay
from nameplate.domain.contracts import Contract, During, Grant, Rate, Scheduled, Test, Window
from nameplate.domain.interlocks import Interlock, Leaf
from nameplate.domain.lockdowns import Alert, Lockdown, Threat
from nameplate.domain.networks import parse_address
from nameplate.domain.places import Door, Reader, Site, Zone
from nameplate.domain.requests import NOTHING, AccessRequest
from nameplate.domain.windows import COVERED_FROM_US, COVERED_TO_US

T = TypeVar("T")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TIMEZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu")


def us(moment: datetime) -> int:
    """Microseconds since the epoch."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def wall(timezone: str, at: int) -> datetime:
    """What the time-zone database says, without any table of ours."""
    return (EPOCH + timedelta(microseconds=at)).astimezone(ZoneInfo(timezone)).replace(tzinfo=None)


# Both changes of the clock in Berlin, the spring change in New York, the half hour of Lord Howe, both ends, a Monday.
MOMENTS = (
    us(datetime(2026, 3, 29, 1, tzinfo=UTC)),
    us(datetime(2026, 10, 25, 1, tzinfo=UTC)),
    us(datetime(2026, 3, 8, 7, tzinfo=UTC)),
    us(datetime(2026, 4, 4, 15, tzinfo=UTC)),
    us(datetime(2026, 11, 23, 6, tzinfo=UTC)),
    COVERED_FROM_US,
    COVERED_TO_US,
)
_DAYS = (date(2026, 3, 29), date(2026, 11, 23), date(1999, 1, 1), date(2101, 1, 1), date(2150, 1, 1))
_ADDRESSES = ("10.20.1.1", "10.21.0.1", "::ffff:10.20.1.1", "2001:db8::1", "::1")
_NETWORKS = tuple(
    map(ip_network, ("10.20.0.0/16", "0.0.0.0/0", "::/0", "::/80", "2001:db8::/32", "::ffff:10.0.0.0/104"))
)
_VALUES: tuple[Any, ...] = (True, False, 0, 1, 1.0, 2.5, "1", "a", None, float("nan"))
_ODD: tuple[Any, ...] = (*_VALUES, ["a"], {"deep": 1}, {"deep": True})
_PATHS = (
    ("subject", "id"),
    ("subject", "owner"),
    ("subject", "state"),
    ("subject", "mood"),
    ("subject", "supplier"),
    ("action", "value"),
    ("resource", "status"),
    ("context", "nested", "deep"),
    ("elsewhere", "x"),
)
_PLACES = ("a", "b", "c")
_NAMES = (
    "zone:a",
    "zone:b",
    "zone:c",
    "zone:*",
    "door:d1",
    "door:d2",
    "door:*",
    "door:none",
    "lift:l1",
    "app:x",
    "app:*",
)
_ASKED = ("door:d1", "door:d2", "door:d3", "door:none", "zone:a", "zone:b", "lift:l1", "app:x", "app:y", "host:z")


@dataclass
class World:
    """Facts that a test may change."""

    sites: dict[str, Site] = field(default_factory=dict)
    zones: dict[str, Zone] = field(default_factory=dict)
    doors: dict[str, Door] = field(default_factory=dict)
    contracts: dict[str, Contract] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    standings: dict[str, Standing] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    lockdowns: dict[str, Lockdown] = field(default_factory=dict)
    interlocks: dict[str, Interlock] = field(default_factory=dict)
    leaves: dict[str, Leaf] = field(default_factory=dict)
    threats: dict[str, Alert] = field(default_factory=dict)
    fires: dict[str, str] = field(default_factory=dict)


class Dice:
    """Draws things. `usual` is what mostly comes; the rest is drawn from the others."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def one(self, things: Sequence[T]) -> T:
        return self.random.choice(things)

    def some(self, things: Sequence[T], least: int = 1, most: int = 3) -> tuple[T, ...]:
        return tuple(self.random.choices(things, k=self.random.randint(least, most)))

    def mostly(self, usual: T, others: Sequence[T], share: float = 0.75) -> T:
        return usual if self.random.random() < share else self.one(others)

    def moment(self) -> int:
        if self.random.random() < 0.1:
            return self.random.randint(COVERED_FROM_US - 10**13, COVERED_TO_US + 10**13)
        minutes = self.one((0, self.random.randint(-3000, 3000)))
        return self.mostly(MOMENTS[4], MOMENTS, 0.4) + minutes * 60_000_000 + self.one((-1, 0, 1))

    def window(self) -> Window:
        days = tuple(sorted(set(self.some(range(7), 1, 9))))
        start, end = self.one((0, 60, 120, 150, 360, 1320, 1439)), self.one((0, 60, 120, 150, 360, 1320, 1440))
        return Window(days, start, end, self.one(TIMEZONES))

    def during(self) -> During:
        exceptions = self.mostly((), (("c1",), ("c2", "c1")), 0.5)
        if self.random.random() < 0.4:
            return Scheduled(self.one(("c1", "c2", "c3")), exceptions)
        return replace(self.window(), exceptions=exceptions)

    def calendar(self) -> Calendar:
        around = [day + timedelta(days=offset) for day in _DAYS[:2] for offset in (-1, 0, 1)]
        ends = [sorted(self.some(around, 2, 2)) for _ in range(self.one((0, 1, 2)))]
        return Calendar(
            self.one(("c1", "c2")),
            self.mostly("clinic", ("nowhere",)),
            self.mostly("", TIMEZONES, 0.5),
            tuple(replace(self.window(), timezone="") for _ in range(self.one((0, 1, 2)))),
            tuple(Closure(first, last) for first, last in ends),
            tuple(SpecialDay(self.one(around), 60, self.one((120, 1440))) for _ in range(self.one((0, 1, 2)))),
        )

    def test(self) -> Test:
        path = self.one(_PATHS)
        if self.random.random() < 0.5:
            return Test(path, self.some((*_VALUES, "amr-1", "active", "team"), 0, 5))
        return Test(path, None, self.one((None, 0, 1.0)), self.one((None, 1, 2.5)))

    def grant(self) -> Grant:
        return Grant(
            actions=self.mostly(("enter", "read"), (("enter",), ("read",))),
            resources=self.some(_NAMES, 1, 4),
            during=tuple(self.during() for _ in range(self.mostly(0, (1, 2), 0.7))),
            networks=self.mostly((), (_NETWORKS[:1], self.some(_NETWORKS, 1, 2))),
            environments=self.mostly((), (("lan",), ("lan", "lab"))),
            task_required=self.mostly(False, (True,)),
            payloads=self.mostly((), (("none",), ("food", "none"))),
            presence=self.mostly(None, ("reader", "remote"), 0.6),
            near_m=self.mostly(None, (4.0,)),
            rate=self.mostly(None, (Rate(1, 60), Rate(2, 60), Rate(0, 60))),
            where=tuple(self.test() for _ in range(self.mostly(0, (1, 2)))),
            unless=tuple(self.test() for _ in range(self.mostly(0, (1, 2, 3), 0.4))),
            approvals=self.mostly(0, (1, 2), 0.9),
            custody_s=self.mostly(None, (30.0, 100.0), 0.85),
            escort_s=self.mostly(None, (30.0, 100.0), 0.85),
            up_to=self.mostly(Threat.HIGH, tuple(Threat), 0.7),
        )

    def contract(self) -> Contract:
        grants = tuple(self.grant() for _ in range(self.mostly(self.random.randint(2, 6), (0, 1))))
        expires = self.mostly(None, _DAYS, 0.9)
        return Contract(self.mostly("k1", ("k2",)), grants, expires=expires, revision=self.random.randint(1, 9))

    def actor(self) -> Actor:
        return Actor(
            self.mostly("amr-1", ("amr-2",)),
            ActorType.ROBOT,
            self.mostly("clinic", ("nowhere",)),
            self.one((None, Unit("Acme", "T3", "1"), Unit("Acme", "T3", "2", supplier="Other"))),
            owner=self.one(("", "team")),
            contract=self.mostly("k1", ("k2", ""), 0.95),
            escort=self.random.random() < 0.3,
            retire_by=self.mostly(None, _DAYS, 0.9),
        )

    def standing(self) -> Standing:
        state = self.mostly(State.ACTIVE, tuple(State), 0.9)
        return Standing(state, cut_off=self.mostly(None, (1000,)), zone=self.one(("", *_PLACES)), zone_at=self.moment())

    def zone(self) -> Zone:
        kind = self.mostly("", ("hard", "soft"), 0.6)
        reset = self.one((None, 60, 86_400)) if kind else None
        site = self.mostly("clinic", ("nowhere",))
        return Zone(self.one(_PLACES), site, self.random.random() < 0.25, kind, reset)

    def interlock(self) -> Interlock:
        doors = tuple(dict.fromkeys(self.some(("d1", "d2", "d3"), 2, 4)))
        return Interlock(self.one(("i1", "i2")), "clinic", doors, self.one((20.0, 40.0)))

    def door(self) -> Door:
        joins = (self.one(_PLACES), self.one(_PLACES))
        sides = (*joins, *joins, *_PLACES)
        readers = tuple(Reader(self.one(("r1", "r2")), self.one(sides)) for _ in range(self.one((0, 1, 2, 2))))
        return Door(self.one(("d1", "d2", "d3")), self.mostly("clinic", ("nowhere",)), joins, readers)

    def place(self) -> str:
        return self.one(_PLACES)

    def alert(self) -> Alert:
        return Alert(self.mostly("clinic", ("nowhere",)), self.one(tuple(Threat)), 0, "uid:0", "a test")

    def site(self) -> Site:
        return Site("clinic", self.one(TIMEZONES))

    def properties(self) -> dict[str, Any]:
        names = ("value", "status", "mood", "owner", "id", "nested")
        return {name: self.one(_ODD) for name in self.some(names, 0, 4)}

    def request(self) -> AccessRequest:
        return AccessRequest(
            self.mostly("amr-1", ("amr-2", "amr-2", "ghost"), 0.9),
            self.mostly("enter", ("read", "write"), 0.6),
            self.mostly(self.one(_ASKED[:3]), _ASKED, 0.5),
            self.moment(),
            self.mostly(parse_address("10.20.1.1"), (None, *map(parse_address, _ADDRESSES)), 0.5),
            self.mostly("lan", (None, "other")),
            self.mostly("t-1", (None, "")),
            self.mostly("none", ("food", "acid")),
            self.mostly("reader", ("remote", "odd")),
            self.one((None, "r1", "r2", "r1", "r2", "r9", "")),
            self.mostly(4.0, (None, -1.0, 0.0, 4.1, float("nan"))),
            self.mostly(None, (999, 1000, 1001), 0.7),
            *(self.mostly(NOTHING, (self.properties(),), 0.5) for _ in range(4)),
        )
