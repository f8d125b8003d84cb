"""Reads the time-zone database into the plain offset tables that the domain computes with."""

from datetime import UTC, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from nameplate.domain.errors import Invalid
from nameplate.domain.windows import COVERED_FROM_US, COVERED_TO_US, Transitions, wall_clock

_FROM, _TO = COVERED_FROM_US // 1_000_000, COVERED_TO_US // 1_000_000
# In the covered years no zone of the database changes its offset twice within six days; a third of that is sampled.
_STEP = 2 * 24 * 60 * 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def transitions(name: str) -> Transitions:
    """The offsets of the IANA zone `name` over the covered years; raises Invalid for a name the database lacks."""
    zone = _zone(name)
    instants, offsets = [_FROM], [_offset(zone, _FROM)]
    for sample in (*range(_FROM + _STEP, _TO, _STEP), _TO):
        offset = _offset(zone, sample)
        if offset != offsets[-1]:
            instants.append(_change(zone, max(instants[-1], sample - _STEP), sample))
            offsets.append(offset)
    return Transitions(name, (*instants, _TO), tuple(offsets))


def is_timezone(name: str) -> bool:
    """Whether the database knows that zone."""
    try:
        transitions(name)
    except Invalid:
        return False
    return True


def wall(name: str, at: int) -> datetime:
    """What a clock on the wall shows in the zone `name` at `at` (microseconds, in the covered years)."""
    return wall_clock(transitions(name), at)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, OSError, ValueError) as error:
        message = f"There is no time zone {name!r}."
        raise Invalid("timezone", message, "Use an IANA name such as Europe/Berlin or UTC.") from error


def _offset(zone: ZoneInfo, second: int) -> int:
    local = (_EPOCH + timedelta(seconds=second)).astimezone(zone)
    return int((local.utcoffset() or timedelta()).total_seconds())


def _change(zone: ZoneInfo, before: int, after: int) -> int:
    """The first second in `before` < second <= `after` with the offset that holds at `after`."""
    new = _offset(zone, after)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == new:
            after = middle
        else:
            before = middle
    return after
