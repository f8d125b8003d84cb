"""Microseconds since the epoch <-> RFC 3339 text in UTC."""

import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# `fromisoformat` alone takes much more: week dates, hours without minutes, a comma, digits of other scripts.
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def rfc3339(at: int) -> str:
    """`2026-11-22T19:04:05.000006Z`."""
    return (_EPOCH + timedelta(microseconds=at)).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def parse_rfc3339(text: str) -> int | None:
    """Microseconds since the epoch, or None when the text is not a date-time with an offset (RFC 3339, section 5.6).

    Digits beyond microseconds are cut off. A leap second (`:60`) has no number in this count: None.
    """
    if not _DATE_TIME.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return (moment - _EPOCH) // _MICROSECOND


def moment(text: str) -> int:
    """Like `parse_rfc3339`, for what must be a time: raises ValueError."""
    at = parse_rfc3339(text)
    if at is None:
        raise ValueError(f"{text!r} is not a time")
    return at
