from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nameplate.boot.timezones import transitions
from nameplate.domain.contracts import Window
from nameplate.domain.windows import (
    COVERED_FROM_US,
    COVERED_TO_US,
    WEEK_MINUTES,
    LocalTime,
    day_start,
    is_covered,
    offset_at,
    wall_clock,
    week_map,
)
from tests.domain.index.worlds import us, wall

ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Pacific/Apia")
covered = st.integers(COVERED_FROM_US, COVERED_TO_US - 1)


def is_open(window: Window, moment: datetime) -> bool:
    return LocalTime(transitions(window.timezone)).is_open(week_map([window]), us(moment.astimezone(UTC)))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_the_start_belongs_to_a_window_and_the_end_does_not() -> None:
    window = Window((0,), 360, 1320, "Europe/Berlin")
    assert not is_open(window, at("2026-11-23T05:59:59.999999+01:00"))
    assert is_open(window, at("2026-11-23T06:00:00+01:00"))
    assert is_open(window, at("2026-11-23T21:59:59.999999+01:00"))
    assert not is_open(window, at("2026-11-23T22:00:00+01:00"))


def test_the_day_of_a_window_is_the_local_one_on_which_it_starts() -> None:
    night = Window((6,), 1320, 120, "America/New_York")
    assert is_open(night, at("2026-11-22T22:00:00-05:00"))
    assert is_open(night, at("2026-11-23T01:59:59-05:00"))
    assert not is_open(night, at("2026-11-23T02:00:00-05:00"))
    assert not is_open(night, at("2026-11-22T01:00:00-05:00"))
    assert not is_open(night, at("2026-11-23T22:00:00-05:00"))


def test_a_window_that_ends_when_it_starts_lasts_a_day() -> None:
    window = Window((2,), 480, 480, "UTC")
    assert sum(week_map([window])) == 24 * 60
    assert is_open(window, at("2026-11-26T07:59:00+00:00"))
    assert not is_open(window, at("2026-11-26T08:00:00+00:00"))


def test_a_whole_day_ends_at_midnight() -> None:
    week = week_map([Window((0,), 0, 1440, "UTC")])
    assert (sum(week), week[1439], week[1440]) == (1440, 1, 0)


def test_the_hour_that_the_clock_repeats_counts_twice() -> None:
    window = Window((6,), 120, 180, "Europe/Berlin")
    opened = [is_open(window, at("2026-10-24T23:30:00+00:00") + timedelta(minutes=30 * step)) for step in range(7)]
    assert opened == [False, True, True, True, True, False, False]


def test_the_hour_that_the_clock_skips_never_comes() -> None:
    window = Window((6,), 120, 180, "Europe/Berlin")
    start = at("2026-03-29T00:00:00+00:00")
    assert not any(is_open(window, start + timedelta(minutes=minute)) for minute in range(180))


def test_the_spring_change_in_new_york_moves_the_end_in_utc() -> None:
    window = Window((5, 6), 1320, 1380, "America/New_York")
    assert is_open(window, at("2026-03-08T03:30:00+00:00"))
    assert is_open(window, at("2026-03-09T02:30:00+00:00"))
    assert not is_open(window, at("2026-03-09T03:30:00+00:00"))


def test_the_half_hour_of_lord_howe_counts_twice() -> None:
    window = Window((6,), 90, 120, "Australia/Lord_Howe")
    start = at("2026-04-04T14:00:00+00:00")
    assert sum(is_open(window, start + timedelta(minutes=minute)) for minute in range(180)) == 60


def test_outside_the_covered_years_every_window_is_closed() -> None:
    always = Window(tuple(range(7)), 0, 1440, "Europe/Berlin")
    calendar, week = LocalTime(transitions("Europe/Berlin")), week_map([always])
    edges = (COVERED_FROM_US - 1, COVERED_FROM_US, COVERED_TO_US - 1, COVERED_TO_US, -(10**20), 10**20)
    assert [calendar.is_open(week, edge) for edge in edges] == [False, True, True, False, False, False]
    assert [is_covered(edge) for edge in edges] == [False, True, True, False, False, False]


def test_the_covered_years_are_2000_to_2100() -> None:
    assert (
        us(datetime(2000, 1, 1, tzinfo=UTC)),
        us(datetime(2101, 1, 1, tzinfo=UTC)),
    ) == (COVERED_FROM_US, COVERED_TO_US)


@given(st.sampled_from(ZONES), st.lists(covered, min_size=1, max_size=5))
@example("Europe/Berlin", [us(at("2026-03-29T01:00:00+00:00")) - 1, us(at("2026-03-29T01:00:00+00:00"))])
def test_a_calendar_asked_in_any_order_shows_the_minute_of_the_database(zone: str, moments: list[int]) -> None:
    calendar = LocalTime(transitions(zone))
    for moment in moments:
        shown = wall(zone, moment)
        minute = shown.weekday() * 1440 + shown.hour * 60 + shown.minute
        only = bytes(int(place == minute) for place in range(WEEK_MINUTES))
        assert calendar.is_open(only, moment)
        assert not calendar.is_open(bytes(1 - each for each in only), moment)


@given(st.sampled_from(ZONES), covered)
def test_the_wall_clock_is_that_of_the_database(zone: str, moment: int) -> None:
    assert wall_clock(transitions(zone), moment) == wall(zone, moment)
    assert offset_at(transitions(zone), moment) == round((wall(zone, moment) - wall("UTC", moment)).total_seconds())


@given(st.sampled_from(ZONES), st.dates(date(2000, 1, 2), date(2100, 12, 30)))
@example("America/Sao_Paulo", date(2018, 11, 4))
@example("Pacific/Apia", date(2011, 12, 30))
def test_a_day_starts_when_the_calendar_first_shows_it_or_a_later_one(zone: str, day: date) -> None:
    start = day_start(transitions(zone), day)
    assert wall(zone, start).date() >= day
    assert wall(zone, start - 1).date() < day


@pytest.mark.parametrize(("day", "start"), [(date(1900, 1, 1), COVERED_FROM_US), (date(2500, 1, 1), COVERED_TO_US)])
def test_a_day_outside_the_covered_years_starts_at_their_edge(day: date, start: int) -> None:
    assert day_start(transitions("Europe/Berlin"), day) == start


def test_a_day_is_reached_at_local_midnight_to_the_microsecond() -> None:
    calendar = LocalTime(transitions("Europe/Berlin"))
    midnight = us(at("2027-06-30T00:00:00+02:00"))
    day = date(2027, 6, 30)
    assert not calendar.has_reached(day, midnight - 1)
    assert calendar.has_reached(day, midnight)


def test_a_clock_outside_the_covered_years_is_past_every_day() -> None:
    calendar = LocalTime(transitions("UTC"))
    assert calendar.has_reached(date(2090, 1, 1), 0)
    assert calendar.has_reached(date(2500, 1, 1), COVERED_TO_US)
    assert not calendar.has_reached(date(2500, 1, 1), COVERED_TO_US - 1)
