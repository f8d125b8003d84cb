from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from nameplate.boot.timezones import transitions, wall
from nameplate.domain.errors import Invalid
from nameplate.domain.windows import COVERED_FROM_US, COVERED_TO_US

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def offset(zone: str, second: int) -> int:
    local = (EPOCH + timedelta(seconds=second)).astimezone(ZoneInfo(zone))
    return round((local.utcoffset() or timedelta()).total_seconds())


# Gaza has the changes that lie closest together; Apia skipped a day; Lord Howe moves by half an hour.
@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Gaza", "Pacific/Apia"]
)
def test_every_change_is_found_to_the_second(zone: str) -> None:
    found = transitions(zone)
    assert len(found.instants) == len(found.offsets) + 1
    for instant, before, after in zip(found.instants[1:-1], found.offsets, found.offsets[1:], strict=False):
        assert (offset(zone, instant - 1), offset(zone, instant)) == (before, after)
        assert before != after


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Gaza", "Africa/Casablanca", "America/Noronha"])
def test_no_change_is_missed(zone: str) -> None:
    found = transitions(zone)
    for begins, ends, known in zip(found.instants, found.instants[1:], found.offsets, strict=False):
        assert {offset(zone, second) for second in range(begins, ends, 86_400)} == {known}


def test_the_table_spans_the_covered_years() -> None:
    found = transitions("UTC")
    assert found.instants == (COVERED_FROM_US // 1_000_000, COVERED_TO_US // 1_000_000)
    assert found.offsets == (0,)


def test_a_zone_is_compiled_once() -> None:
    assert transitions("Europe/Berlin") is transitions("Europe/Berlin")


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "", "../../etc/passwd", "/etc/localtime", "Europe", "Europe/Berlin\0", "é"]
)
def test_a_name_that_the_database_lacks_is_refused_with_a_remedy(name: str) -> None:
    with pytest.raises(Invalid) as caught:
        transitions(name)
    assert caught.value.code == "timezone"
    assert "Europe/Berlin" in caught.value.remedy


def test_the_wall_clock_of_a_zone() -> None:
    noon = (datetime(2026, 7, 1, 12, tzinfo=UTC) - EPOCH) // timedelta(microseconds=1)
    assert wall("Europe/Berlin", noon) == datetime(2026, 7, 1, 14)  # noqa: DTZ001 - local time has no zone of its own
