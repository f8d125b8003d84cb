"""Declared calendars, compiled. A change is put in place: it holds for every contract that names the calendar."""

from datetime import date
from typing import Protocol

from nameplate.domain.calendars import Calendar, within
from nameplate.domain.calendars import Hours as DayHours
from nameplate.domain.windows import DAY_MINUTES, WEEK_MINUTES, LocalTime, week_map

ALL_WEEK = bytes([1]) * WEEK_MINUTES
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


class Hours(Protocol):
    """Says whether it is open: a time zone, a calendar, or either with exceptions."""

    def is_open(self, week: bytes, at: int, /) -> bool:
        """Whether `at` (microseconds) is open; `week` is the map of the week where it has none of its own."""
        ...


class Timetable:
    """A calendar. One that is not declared is closed and excepts everything. For one thread: remembers a day."""

    __slots__ = ("_calendar", "_day", "_local", "_own", "_week")

    def __init__(self) -> None:
        self.withdraw()

    def withdraw(self) -> None:
        """Leave nothing: closed until it is declared again."""
        self._calendar: Calendar | None = None
        self._local: LocalTime | None = None
        self._week = ALL_WEEK
        self._day, self._own = -1, ()  # type: tuple[int, DayHours | None]

    def declare(self, calendar: Calendar, local: LocalTime) -> None:
        """Take over what is declared. `local`: the time zone that holds for it."""
        self._calendar, self._local, self._day = calendar, local, -1
        self._week = week_map(calendar.open) if calendar.open else ALL_WEEK

    def moved(self, site: str, local: LocalTime) -> None:
        """The time zone of a site has changed."""
        calendar = self._calendar
        if calendar is not None and calendar.site == site and not calendar.timezone:
            self._local, self._day = local, -1

    def is_open(self, _week: bytes, at: int) -> bool:
        """Whether its hours are open at `at` (microseconds)."""
        local = self._local
        minutes = -1 if local is None else local.minutes(at)
        if local is None or minutes < 0:
            return False
        own = self._own_hours(minutes // DAY_MINUTES)
        if own is not None:
            return within(own, minutes % DAY_MINUTES)
        return local.is_open(self._week, at)

    def allows(self, at: int) -> bool:
        """Whether its own days let `at` pass: an ordinary day does, a special one within its hours."""
        minutes = -1 if self._local is None else self._local.minutes(at)
        if minutes < 0:
            return False
        own = self._own_hours(minutes // DAY_MINUTES)
        return own is None or within(own, minutes % DAY_MINUTES)

    def _own_hours(self, day: int) -> DayHours | None:
        if day != self._day and self._calendar is not None:
            self._day, self._own = day, self._calendar.own_hours(date.fromordinal(_EPOCH_ORDINAL + day))
        return self._own


class Excepted:
    """Hours that keep to the own days of calendars."""

    __slots__ = ("_exceptions", "_hours")

    def __init__(self, hours: Hours, exceptions: tuple[Timetable, ...]) -> None:
        self._hours, self._exceptions = hours, exceptions

    def is_open(self, week: bytes, at: int) -> bool:
        """Whether the hours are open and no calendar excepts `at` (microseconds)."""
        return self._hours.is_open(week, at) and all(each.allows(at) for each in self._exceptions)
