"""How long records are kept, as people say it."""

import re

from .errors import Invalid
from .timestamps import parse_rfc3339

_DAYS = re.compile(r"([1-9][0-9]{0,4})d", re.ASCII)
DAY_US = 86_400_000_000


def cutoff(before: str, older_than: str, now: int) -> int:
    """The time (microseconds, UTC) from which on records stay: a day, a time, or so many days before `now`.

    Exactly one of the two must be given. Raises Invalid, also for a time that has not passed.
    """
    if bool(before) == bool(older_than):
        raise Invalid("before", "Say from when on records stay.", "Give one of --before and --older-than.")
    match = _DAYS.fullmatch(older_than)
    at = now - int(match[1]) * DAY_US if match else _time(before)
    if at is None or at > now:
        given = before or older_than
        raise Invalid("before", f"{given} is no time that has passed.", "Write it as 2026-01-31, or as 400d.")
    return at


def _time(text: str) -> int | None:
    """A day begins at midnight UTC."""
    if len(text) == len("2026-01-31") and text.isascii():
        text += "T00:00:00Z"
    return parse_rfc3339(text)
