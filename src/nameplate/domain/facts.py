"""What a decision depends on: what is declared, what has happened, and the question."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from .actors import Actor, Standing
from .calendars import Calendar
from .contracts import Contract, Grant
from .interlocks import Interlock, Leaf
from .lockdowns import Alert, Lockdown
from .places import Door, Site, Zone
from .requests import AccessRequest
from .sightings import Sighting

Wall = Callable[[str, int], datetime]
"""What a clock on the wall shows in an IANA time zone at a time (microseconds, UTC), as a datetime without zone."""


class Facts(Protocol):
    """What is declared, and what has happened: by id."""

    @property
    def sites(self) -> Mapping[str, Site]: ...
    @property
    def calendars(self) -> Mapping[str, Calendar]: ...
    @property
    def lockdowns(self) -> Mapping[str, Lockdown]: ...
    @property
    def interlocks(self) -> Mapping[str, Interlock]: ...
    @property
    def leaves(self) -> Mapping[str, Leaf]: ...
    @property
    def threats(self) -> Mapping[str, Alert]: ...
    @property
    def fires(self) -> Mapping[str, str]: ...
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
    """A permit that was given. `mono`: monotonic seconds. `door`: where, until the crossing has ended.

    Under a grant it counts for rates; with `grant` -1 for the door alone.
    """

    actor: str
    contract: str
    grant: int
    mono: float
    door: str = ""


@dataclass(frozen=True)
class Case:
    """One question with all it depends on."""

    facts: Facts
    request: AccessRequest
    wall: Wall
    permits: Iterable[Permit]
    mono: float
    seen: Iterable[Sighting]
    actor: Actor
    standing: Standing
    contract: Contract | None


class Match(NamedTuple):
    """A grant that names what is asked for, under the name `target`."""

    position: int
    grant: Grant
    target: str
