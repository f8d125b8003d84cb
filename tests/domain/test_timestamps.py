from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.timestamps import parse_rfc3339, rfc3339

FIRST, LAST = -62_135_596_800_000_000, 253_402_300_799_999_999
instants = st.integers(FIRST, LAST)


@given(instants)
def test_every_instant_survives_the_way_to_text_and_back(at):
    assert parse_rfc3339(rfc3339(at)) == at


@given(instants, instants)
def test_texts_sort_as_the_instants_do(first, second):
    assert (rfc3339(first) < rfc3339(second)) == (first < second)


@given(st.datetimes(timezones=st.timezones()))
def test_an_offset_moves_the_instant_and_not_the_meaning(moment):
    if moment.utcoffset().total_seconds() % 60 == 0:  # RFC 3339 has no offsets with seconds
        assert parse_rfc3339(moment.isoformat()) == (moment - datetime(1970, 1, 1, tzinfo=UTC)) // datetime.resolution


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t00:00:01z", 1_000_000),
        ("1970-01-01T01:00:00.000001+01:00", 1),
        ("1969-12-31T23:59:59.999999Z", -1),
        ("1970-01-01T00:00:00.0000019Z", 1),
        ("0001-01-01T00:00:00+23:59", FIRST - (23 * 60 + 59) * 60_000_000),
    ],
)
def test_date_times_of_the_standard_are_read(text, at):
    assert parse_rfc3339(text) == at


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "1970-01-01",
        "1970-01-01T00:00:00",
        "1970-01-01T00:00Z",
        "1970-01-01T00Z",
        "1970-01-01 00:00:00Z",
        "19700101T000000Z",
        "1970-W01-4T00:00:00Z",
        "1970-01-01T00:00:00,5Z",
        "1970-01-01T00:00:00.Z",
        "1970-01-01T24:00:00Z",
        "1970-01-01T00:00:60Z",
        "1970-02-30T00:00:00Z",
        "1970-01-01T00:00:00+0100",
        "1970-01-01T00:00:00+01",
        "1970-01-01T00:00:00+24:00",
        "1970-01-01T00:00:00 Z",
        "1970-01-01T00:00:00Z\n",
        "-1970-01-01T00:00:00Z",
        "12026-01-01T00:00:00Z",
        "\u0661970-01-01T00:00:00Z",
    ],
)
def test_anything_else_is_no_time(text):
    assert parse_rfc3339(text) is None


@given(st.text(alphabet="0123456789-:.TZ+ ,W", max_size=30))
def test_no_text_does_harm(text):
    at = parse_rfc3339(text)
    assert at is None or rfc3339(at).endswith("Z")
