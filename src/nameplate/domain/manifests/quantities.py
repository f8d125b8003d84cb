"""Quantities with units, dates and times of day as manifests write them.

Every `parse_*` gives None for a text that it does not know; every `format_*` is its inverse.
"""

import re
from datetime import date

from nameplate.domain.contracts import Rate

MAX_METRES = 100_000.0
MAX_SECONDS = 3_600.0
MAX_DAYS = 36_500
MAX_RATE = 100_000
YEARS = range(2000, 2101)
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_NUMBER = r"(0|[1-9][0-9]{0,8})(\.[0-9]{1,3})?"
_METRES = re.compile(_NUMBER + "m")
_SECONDS = re.compile(_NUMBER + "s")
_DAYS = re.compile(r"([1-9][0-9]{0,8})d")
_DURATION = re.compile(r"([1-9][0-9]{0,8})([smhd])")
_PERIOD = re.compile(r"([1-9][0-9]{0,5})([smhd])")
_RATE = re.compile(r"([1-9][0-9]{0,8})/([smhd])")
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_UNIT_NAMES = {seconds: unit for unit, seconds in _UNITS.items()}


def parse_metres(text: str) -> float | None:
    """`4m`, `1.5m`: metres above 0, to the millimetre."""
    return _positive(_METRES, text, MAX_METRES)


def parse_seconds(text: str) -> float | None:
    """`5s`, `0.5s`: seconds above 0, to the millisecond."""
    return _positive(_SECONDS, text, MAX_SECONDS)


def _positive(pattern: re.Pattern[str], text: str, limit: float) -> float | None:
    if pattern.fullmatch(text) is None:
        return None
    value = float(text[:-1])
    return value if 0 < value <= limit else None


def format_metres(value: float) -> str:
    """`4m`."""
    return f"{_decimal(value)}m"


def format_seconds(value: float) -> str:
    """`5s`."""
    return f"{_decimal(value)}s"


def _decimal(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def parse_duration(text: str) -> int | None:
    """`8h`: whole seconds above 0; units s, m (minute), h, d."""
    matched = _DURATION.fullmatch(text)
    seconds = int(matched[1]) * _UNITS[matched[2]] if matched else 0
    return seconds if 0 < seconds <= MAX_DAYS * 86_400 else None


def format_duration(seconds: int) -> str:
    """`8h`: in the largest unit that leaves no rest."""
    unit = next(size for size in sorted(_UNIT_NAMES, reverse=True) if seconds % size == 0)
    return f"{seconds // unit}{_UNIT_NAMES[unit]}"


def parse_days(text: str) -> int | None:
    """`90d`: whole days."""
    matched = _DAYS.fullmatch(text)
    return int(matched[1]) if matched and int(matched[1]) <= MAX_DAYS else None


def format_days(value: int) -> str:
    """`90d`."""
    return f"{value}d"


def parse_period(text: str) -> int | None:
    """`30m`, `12h`, `7d`: whole seconds."""
    matched = _PERIOD.fullmatch(text)
    return int(matched[1]) * _UNITS[matched[2]] if matched else None


def parse_rate(text: str) -> Rate | None:
    """`120/h`; units s, m (minute), h, d."""
    matched = _RATE.fullmatch(text)
    if matched is None or int(matched[1]) > MAX_RATE:
        return None
    return Rate(int(matched[1]), _UNITS[matched[2]])


def format_rate(rate: Rate) -> str:
    """`120/h`."""
    return f"{rate.limit}/{_UNIT_NAMES[rate.seconds]}"


def parse_clock(text: str) -> int | None:
    """`06:00` as minutes after midnight. `24:00` is the midnight that ends a day, which is minute 0 of the next."""
    if text == "24:00":
        return 0
    matched = _CLOCK.fullmatch(text)
    return int(matched[1]) * 60 + int(matched[2]) if matched else None


def format_clock(minutes: int) -> str:
    """`06:00`."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def parse_date(text: str) -> date | None:
    """`2027-06-30` (RFC 3339 full-date) within `YEARS`."""
    if _DATE.fullmatch(text) is None:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None
