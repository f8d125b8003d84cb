import pytest

from nameplate.domain.errors import Invalid
from nameplate.domain.retention import DAY_US, cutoff
from nameplate.domain.timestamps import parse_rfc3339

NOW = parse_rfc3339("2026-11-22T12:00:00Z") or 0


@pytest.mark.parametrize(
    ("before", "older_than", "at"),
    [
        ("2026-11-21", "", NOW - DAY_US * 3 // 2),
        ("2026-11-22T11:00:00+01:00", "", NOW - 2 * 3_600_000_000),
        ("", "1d", NOW - DAY_US),
        ("", "400d", NOW - 400 * DAY_US),
    ],
)
def test_days_and_times_mean_what_they_say(before: str, older_than: str, at: int) -> None:
    assert cutoff(before, older_than, NOW) == at


@pytest.mark.parametrize(
    ("before", "older_than"),
    [
        ("", ""),
        ("2026-01-01", "1d"),
        ("2026-11-23", ""),
        ("yesterday", ""),
        ("2026-13-01", ""),
        ("", "0d"),
        ("", "-1d"),
        ("", "1w"),
        ("", "٣d"),
        ("", "1000000d"),
    ],
)
def test_anything_else_is_refused(before: str, older_than: str) -> None:
    with pytest.raises(Invalid):
        cutoff(before, older_than, NOW)
