"""Weekly windows of local time, compiled: a map of the week per distinct window, an offset table per time zone."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from .contracts import Window

COVERED_FROM_US = 946_684_800_000_000
"""2000-01-01T00:00:00Z. No window is open earlier."""
COVERED_TO_US = 4_133_980_800_000_000
"""2101-01-01T00:00:00Z. No window is open from here on."""

DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
_SECOND_US = 1_000_000
_MINUTE_US = 60 * _SECOND_US
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - local wall-clock time has no zone of its own
_EPOCH_WEEKDAY_US = 3 * DAY_MINUTES * _MINUTE_US  # the epoch was a Thursday; weeks start on Monday


class Transitions(NamedTuple):
    """The offsets of a time zone over the covered years.

    `offsets[i]` (seconds east of UTC) holds from `instants[i]` up to `instants[i + 1]` (seconds since the epoch), so
    there is one instant more than there are offsets.
    """

    name: str
    instants: tuple[int, ...]
    offsets: tuple[int, ...]


def week_map(windows: Iterable[Window]) -> bytes:
    """One byte for each minute of the local week from Monday 00:00, 1 where one of the windows is open."""
    week = bytearray(WEEK_MINUTES)
    for window in windows:
        length = window.end - window.start
        if length <= 0:
            length += DAY_MINUTES
        for day in window.days:
            first = day * DAY_MINUTES + window.start
            for minute in range(first, first + length):
                week[minute % WEEK_MINUTES] = 1
    return bytes(week)


def is_covered(at: int) -> bool:
    """Whether `at` (microseconds) lies in the covered years."""
    return COVERED_FROM_US <= at < COVERED_TO_US


def offset_at(transitions: Transitions, at: int) -> int:
    """Seconds east of UTC at `at` (microseconds), which must be covered."""
    return transitions.offsets[bisect_right(transitions.instants, at // _SECOND_US) - 1]


def wall_clock(transitions: Transitions, at: int) -> datetime:
    """What a clock on the wall shows at `at` (microseconds, covered), as a datetime without zone."""
    return _EPOCH + timedelta(microseconds=at + offset_at(transitions, at) * _SECOND_US)


def day_start(transitions: Transitions, day: date) -> int:
    """The first covered instant (microseconds) at which the local calendar shows `day` or a later one."""
    midnight = (day - _EPOCH.date()).days * 24 * 60 * 60
    instants = transitions.instants
    for begins, ends, offset in zip(instants, instants[1:], transitions.offsets, strict=False):
        if midnight - offset < ends:
            return max(midnight - offset, begins) * _SECOND_US
    return COVERED_TO_US


class LocalTime:
    """Local time in one time zone. Remembers the interval between two transitions that was asked for last.

    For one thread: the remembered interval is three fields.
    """

    __slots__ = ("_days", "_high", "_low", "_shift", "_transitions")

    def __init__(self, transitions: Transitions) -> None:
        self._transitions = transitions
        self._days: dict[date, int] = {}
        self._low = self._high = self._shift = 0

    def is_open(self, week: bytes, at: int) -> bool:
        """Whether the map `week` is open at `at` (microseconds). Outside the covered years everything is closed."""
        if self._low <= at < self._high or self._seek(at):
            return week[(at + self._shift) // _MINUTE_US % WEEK_MINUTES] == 1
        return False

    def minutes(self, at: int) -> int:
        """Local minutes since 1970-01-01 00:00 on the wall, -1 outside the covered years."""
        if self._low <= at < self._high or self._seek(at):
            return (at + self._shift - _EPOCH_WEEKDAY_US) // _MINUTE_US
        return -1

    def has_reached(self, day: date, at: int) -> bool:
        """Whether local midnight of `day` has come. A clock outside the covered years counts as past every day."""
        begins = self._days.get(day)
        if begins is None:
            begins = self._days[day] = day_start(self._transitions, day)
        return not COVERED_FROM_US <= at < begins

    def _seek(self, at: int) -> bool:
        if not is_covered(at):
            return False
        instants, offsets = self._transitions.instants, self._transitions.offsets
        place = bisect_right(instants, at // _SECOND_US) - 1
        self._low, self._high = instants[place] * _SECOND_US, instants[place + 1] * _SECOND_US
        self._shift = offsets[place] * _SECOND_US + _EPOCH_WEEKDAY_US
        return True
