"""Who has just shown up at a reader: the first of two that must come together, and escorts. Bounded, in memory only."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple

MAX_PLACES = 4_096
MAX_AT_A_PLACE = 16


class Role(StrEnum):
    """What a presence counts for."""

    CUSTODY = "custody"
    ESCORT = "escort"


class Sighting(NamedTuple):
    """Somebody at a reader. `who`: an actor, or `badge:ID`. `mono`: monotonic seconds."""

    resource: str
    reader: str | None
    role: Role
    who: str
    mono: float


Place = tuple[str, str | None, Role]


class Sightings:
    """The latest presence of each at each place. Too many push out the oldest, which denies and never permits."""

    __slots__ = ("_places",)

    def __init__(self) -> None:
        self._places: dict[Place, dict[str, float]] = {}

    def note(self, seen: Sighting) -> None:
        """Remember a presence."""
        place = (seen.resource, seen.reader, seen.role)
        there = self._places.pop(place, {})
        there.pop(seen.who, None)
        there[seen.who] = seen.mono
        self._places[place] = there
        if len(there) > MAX_AT_A_PLACE:
            del there[next(iter(there))]
        if len(self._places) > MAX_PLACES:
            del self._places[next(iter(self._places))]

    def another(self, place: Place, actor: str, mono: float, within_s: float) -> bool:
        """Whether somebody but `actor` was there within the time before `mono`."""
        there: Mapping[str, float] = self._places.get(place, {})
        return any(who != actor and mono - at < within_s for who, at in there.items())

    def take(self, place: Place) -> dict[str, float]:
        """Forget a place, and say who was there."""
        return self._places.pop(place, {})

    def put_back(self, place: Place, there: dict[str, float]) -> None:
        """Undo `take`."""
        if there:
            self._places[place] = there
