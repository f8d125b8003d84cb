"""`during` of a grant and `open` of a calendar: weekly windows, and calendars by name."""

import re

from nameplate.domain.contracts import During, Scheduled, Window

from .fields import Fields
from .quantities import DAY_NAMES, format_clock, parse_clock

MAX_WINDOWS = 16
MAX_EXCEPTIONS = 16
_TIMEZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,31}(/[A-Za-z0-9_+-]{1,31}){0,2}")
_DAYS = {name: number for number, name in enumerate(DAY_NAMES)}


def read_during(fields: Fields) -> tuple[During, ...]:
    """One entry or a list of them: a weekly window, or the name of a calendar."""
    if isinstance(fields.source.get("during"), list | tuple):
        sections = tuple(fields.sections("during", limit=MAX_WINDOWS))
    else:
        section = fields.section("during")
        sections = (section,) if section else ()
    return tuple(_during(section) for section in sections)


def read_open(fields: Fields) -> tuple[Window, ...]:
    """The weekly hours of a calendar, in its own time zone."""
    return tuple(_window(section) for section in fields.sections("open", limit=MAX_WINDOWS))


def read_timezone(fields: Fields, *, required: bool = False) -> str:
    """A name shaped as an IANA time zone; whether it exists is for others to say."""
    name = fields.text("timezone", required=required)
    if name and _TIMEZONE.fullmatch(name) is None:
        fields.fail("timezone", f"{name!r} is not the name of a time zone.", "Use an IANA name such as Europe/Berlin.")
    return name


def _during(fields: Fields) -> During:
    schedule, exceptions = fields.name("schedule"), _exceptions(fields)
    if schedule:
        fields.done()
        return Scheduled(schedule, exceptions)
    return _window(fields, read_timezone(fields, required="schedule" not in fields.source), exceptions)


def _exceptions(fields: Fields) -> tuple[str, ...]:
    found = []
    for place, entry in fields.items("except", limit=MAX_EXCEPTIONS):
        name = Fields({place: entry}, fields.problems, fields.path).name(place)
        if name in found:
            fields.fail(place, f"{name!r} stands there twice.", "Remove one.")
        elif name:
            found.append(name)
    return tuple(found)


def _window(fields: Fields, timezone: str = "", exceptions: tuple[str, ...] = ()) -> Window:
    days = []
    for place, entry in fields.items("days", limit=len(DAY_NAMES)):
        if isinstance(entry, str) and entry in _DAYS:
            days.append(_DAYS[entry])
        else:
            fields.fail(place, "This is not a day.", f"Use {', '.join(DAY_NAMES)}.")
    start, end = read_hours(fields)
    fields.done()
    return Window(tuple(sorted(set(days))) or tuple(_DAYS.values()), start or 0, end or 0, timezone, exceptions)


def read_hours(fields: Fields) -> tuple[int | None, int | None]:
    """`from` and `to` in minutes after midnight, both or neither."""
    start, end = (fields.quantity(key, parse_clock, 'a time of day such as "06:00"') for key in ("from", "to"))
    if (start is None) != (end is None):
        fields.fail("", "`from` and `to` belong together.", "Give both, or neither for whole days.")
    return start, end


def write_during(during: tuple[During, ...]) -> object:
    """The inverse of `read_during`."""
    written = [_written(each) for each in during]
    return written[0] if len(written) == 1 else written


def write_open(windows: tuple[Window, ...]) -> list[dict[str, object]]:
    """The inverse of `read_open`; a window over the whole week is written as all its days."""
    return [_written(window) or {"days": list(DAY_NAMES)} for window in windows]


def _written(during: During) -> dict[str, object]:
    exceptions: dict[str, object] = {"except": list(during.exceptions)} if during.exceptions else {}
    if isinstance(during, Scheduled):
        return {"schedule": during.schedule} | exceptions
    written: dict[str, object] = {}
    if during.days != tuple(_DAYS.values()):
        written["days"] = [DAY_NAMES[day] for day in during.days]
    if (during.start, during.end) != (0, 0):
        written |= {"from": format_clock(during.start), "to": format_clock(during.end)}
    return written | ({"timezone": during.timezone} if during.timezone else {}) | exceptions
