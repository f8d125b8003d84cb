"""Contracts: versioned least-privilege documents. A grant's conditions are optional and all must hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Network

from .lockdowns import Threat

Network = IPv4Network | IPv6Network
Value = str | int | float | bool | None


class ActionClass(StrEnum):
    """What an action can do to its resource."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"


_READS = ("read", "get", "list", "view", "browse", "observe", "subscribe", "search", "download")
_ADMINS = ("admin", "configure", "grant", "delegate", "share")
ACTION_CLASSES: Mapping[str, ActionClass] = {
    **dict.fromkeys(_READS, ActionClass.READ),
    **dict.fromkeys(_ADMINS, ActionClass.ADMIN),
}


def action_class(action: str, table: Mapping[str, ActionClass] = ACTION_CLASSES) -> ActionClass:
    """The class of `action`; an action that no table names counts as a write."""
    return table.get(action, ActionClass.WRITE)


@dataclass(frozen=True, slots=True)
class Window:
    """A weekly window of local time. `days`: 0 = Monday, naming the day on which it starts.

    `start`, `end`: minutes after midnight; `start` belongs to the window, `end` does not; `end` at or before
    `start` runs into the next day. `timezone` is an IANA name, empty within a calendar that has its own.
    `exceptions`: calendars whose own days (closed or special) it keeps to.
    """

    days: tuple[int, ...]
    start: int
    end: int
    timezone: str
    exceptions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The hours of the calendar `schedule`, kept to the own days of the calendars in `exceptions`."""

    schedule: str
    exceptions: tuple[str, ...] = ()


During = Window | Scheduled


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `limit` permits in any `seconds`."""

    limit: int
    seconds: int


@dataclass(frozen=True, slots=True)
class Test:
    """A line of `where` or `unless`: a property path and what it may be.

    `path` starts with subject, action, resource or context. Either `values` (compared with their types: true is
    not 1) or a range with inclusive `low` and `high` (None = open).
    """

    path: tuple[str, ...]
    values: tuple[Value, ...] | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions on resources under conditions. An empty or None condition is no condition.

    `resources` may end in `*`. `payloads` lists what may be carried ("none" for nothing). `presence` None means the
    default of the resource: `reader` for doors and lifts, no condition elsewhere. `near_m`: metres.
    `custody_s`: it takes two within so many seconds at the same reader; `escort_s`: an escort must have been there.
    `approvals`: how many approvals it takes. `up_to`: the highest threat level of the site at which it holds.
    """

    actions: tuple[str, ...]
    resources: tuple[str, ...]
    during: tuple[During, ...] = ()
    networks: tuple[Network, ...] = ()
    environments: tuple[str, ...] = ()
    task_required: bool = False
    payloads: tuple[str, ...] = ()
    presence: str | None = None
    near_m: float | None = None
    rate: Rate | None = None
    where: tuple[Test, ...] = ()
    unless: tuple[Test, ...] = ()
    approvals: int = 0
    up_to: Threat = Threat.HIGH
    custody_s: float | None = None
    escort_s: float | None = None


@dataclass(frozen=True, slots=True)
class Contract:
    """A named list of grants. From the day `expires` on nothing of it holds. `only` caps the class of its actions."""

    id: str
    grants: tuple[Grant, ...] = ()
    only: ActionClass | None = None
    expires: date | None = None
    revision: int = field(default=0, compare=False)

    @property
    def name(self) -> str:
        """`pharmacy-runner@3`: what answers and records quote."""
        return f"{self.id}@{self.revision}"
