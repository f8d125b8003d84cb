"""Calendars."""

from collections.abc import Mapping
from datetime import date

from nameplate.domain.calendars import Calendar, Closure, SpecialDay
from nameplate.domain.windows import DAY_MINUTES

from .fields import Fields
from .quantities import format_clock
from .windows import read_hours, read_open, read_timezone, write_open


def read_calendar(fields: Fields, ident: str, site: str) -> Calendar:
    """A calendar; its time zone is that of its site unless it says another."""
    closed = [_closure(fields, place, entry) for place, entry in fields.items("closed")]
    special = [_special(section) for section in fields.sections("special")]
    return Calendar(
        ident,
        fields.name("site") or site,
        read_timezone(fields),
        read_open(fields),
        tuple(each for each in closed if each),
        tuple(each for each in special if each),
    )


def _closure(fields: Fields, place: str, entry: object) -> Closure | None:
    if not isinstance(entry, Mapping):
        day = fields.as_day(place, entry)
        return Closure(day, day) if day else None
    section = Fields(entry, fields.problems, fields.at(place))
    first, last = section.day("from", required=True), section.day("to", required=True)
    section.done()
    if first and last and first > last:
        section.fail("to", f"{last} is before {first}.", "Exchange them.")
    return Closure(first, last) if first and last else None


def _special(fields: Fields) -> SpecialDay | None:
    day = fields.day("day", required=True)
    for key in ("from", "to"):
        fields.take(key, required=True)
    start, end = read_hours(fields)
    fields.done()
    if day is None or start is None or end is None:
        return None
    end = end or DAY_MINUTES
    if start >= end:
        fields.fail("to", "A special day ends after it begins, at 24:00 at the latest.", "Write two special days.")
    return SpecialDay(day, start, end)


def write_calendar(calendar: Calendar) -> dict[str, object]:
    """The inverse of `read_calendar`."""
    return {
        "site": calendar.site,
        "timezone": calendar.timezone,
        "open": write_open(calendar.open),
        "closed": [_written_closure(each.first, each.last) for each in calendar.closed],
        "special": [
            {"day": each.day.isoformat(), "from": format_clock(each.start), "to": format_clock(each.end)}
            for each in calendar.special
        ],
    }


def _written_closure(first: date, last: date) -> object:
    return first.isoformat() if first == last else {"from": first.isoformat(), "to": last.isoformat()}
