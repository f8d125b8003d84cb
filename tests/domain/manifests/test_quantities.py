from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.contracts import Rate
from nameplate.domain.manifests import quantities as q


@given(st.integers(1, 100_000_000).map(lambda millis: millis / 1000))
def test_metres_survive_writing_and_reading(metres):
    assert q.parse_metres(q.format_metres(metres)) == metres


@given(st.integers(1, 3_600_000).map(lambda millis: millis / 1000))
def test_seconds_survive_writing_and_reading(seconds):
    assert q.parse_seconds(q.format_seconds(seconds)) == seconds


@given(st.integers(1, q.MAX_RATE), st.sampled_from([1, 60, 3_600, 86_400]))
def test_rates_survive_writing_and_reading(limit, seconds):
    assert q.parse_rate(q.format_rate(Rate(limit, seconds))) == Rate(limit, seconds)


@given(st.integers(0, 1439))
def test_times_of_day_survive_writing_and_reading(minutes):
    assert q.parse_clock(q.format_clock(minutes)) == minutes


@given(st.integers(1, q.MAX_DAYS))
def test_days_survive_writing_and_reading(days):
    assert q.parse_days(q.format_days(days)) == days


def test_the_usual_forms_are_read():
    assert q.parse_metres("4m") == 4.0
    assert q.parse_rate("120/h") == Rate(120, 3600)
    assert q.parse_clock("06:00") == 360
    assert q.parse_clock("24:00") == 0
    assert q.parse_date("2027-06-30") == date(2027, 6, 30)


@pytest.mark.parametrize(
    "text", ["4", "4 m", "4M", "-4m", "0m", "4.m", "4.0001m", "1e3m", "nanm", "04m", "٤m", "9" * 40 + "m", "4m\n"]
)
def test_what_is_not_a_distance_is_refused(text):
    assert q.parse_metres(text) is None
    assert q.parse_seconds(text.replace("m", "s")) is None


@pytest.mark.parametrize("text", ["120", "0/h", "120/w", "120/H", "1.5/h", "120 / h", "-1/h", "100001/h", "٣/h"])
def test_what_is_not_a_rate_is_refused(text):
    assert q.parse_rate(text) is None


@pytest.mark.parametrize("text", ["6:00", "24:01", "25:00", "06:60", "0600", "06:00:00", " 06:00", "\u0660\u0666:00"])
def test_what_is_not_a_time_of_day_is_refused(text):
    assert q.parse_clock(text) is None


@pytest.mark.parametrize(
    "text",
    ["2027-02-29", "27-06-30", "2027-6-30", "20270630", "1999-12-31", "2101-01-01", "2027-W01-1", "2027-06-30T00:00"],
)
def test_what_is_not_a_date_we_can_keep_is_refused(text):
    assert q.parse_date(text) is None


@pytest.mark.parametrize("text", ["90", "0d", "1.5d", "-1d", "36501d", "d"])
def test_what_is_not_a_number_of_days_is_refused(text):
    assert q.parse_days(text) is None
