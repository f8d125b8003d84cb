"""Calendars: hours and days that have a name, so that contracts can share them."""

from dataclasses import dataclass
from datetime import date

from .contracts import Window

Hours = tuple[tuple[int, int], ...]
"""Parts of one day, in minutes after midnight: the first belongs to it, the second does not."""


@dataclass(frozen=True, slots=True)
class Closure:
    """Days on which a calendar is closed from midnight to midnight; both ends belong to it."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day with hours of its own, in minutes after midnight; `end` does not belong to them."""

    day: date
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """Weekly hours, closed days and special days. `timezone` empty: that of its site. No `open`: always open.

    A closed or special day replaces the weekly hours of that date whole, also of a window that began the day before.
    """

    id: str
    site: str
    timezone: str = ""
    open: tuple[Window, ...] = ()
    closed: tuple[Closure, ...] = ()
    special: tuple[SpecialDay, ...] = ()

    def own_hours(self, day: date) -> Hours | None:
        """The hours of a closed or special day; None for an ordinary day. A special day opens a closed one."""
        hours = tuple((each.start, each.end) for each in self.special if each.day == day)
        if hours:
            return hours
        return () if any(each.first <= day <= each.last for each in self.closed) else None


def within(hours: Hours, minute: int) -> bool:
    """Whether the minute of the day lies in one of the parts."""
    return any(start <= minute < end for start, end in hours)
