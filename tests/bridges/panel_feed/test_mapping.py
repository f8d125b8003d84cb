import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.bridges.panel_feed import read_event
from nameplate.domain.feeds import Feed, PanelEvent, PanelSaid

FEED = Feed(
    "f",
    "s",
    "webhook",
    {"time": "when", "door": "reader", "card": "badge.number", "event": "type"},
    {"DR-12": "vault"},
    {"Access Granted": PanelSaid.GRANTED, "denied": PanelSaid.REFUSED},
)
TOLD = {"when": "2026-11-22T19:04:05.5+01:00", "reader": "DR-12", "badge.number": "12-1001", "type": "Access Granted"}
AT = 1_795_370_645_500_000


def test_an_event_about_a_door_of_ours_is_taken():
    assert read_event(FEED, TOLD) == PanelEvent("f", "vault", PanelSaid.GRANTED, AT, "12-1001")


def test_a_card_number_is_never_shown():
    assert "1001" not in repr(read_event(FEED, TOLD))


@pytest.mark.parametrize("change", [{"reader": "DR-13"}, {"type": "hello"}, {"reader": ""}, {"type": "ACCESS GRANTED"}])
def test_other_doors_and_other_words_are_not_ours(change):
    assert read_event(FEED, TOLD | change) is None


@pytest.mark.parametrize(
    ("text", "at"),
    [("", 0), ("yesterday", 0), ("9999-99-99", 0), ("0001-01-01T00:00:00", 0), ("2026-11-22 18:04:05.5", AT)],
)
def test_a_time_that_cannot_be_told_is_none_and_one_without_offset_is_utc(text, at):
    event = read_event(FEED, TOLD | {"when": text})
    assert event is not None
    assert event.at == at


@given(st.dictionaries(st.sampled_from([*TOLD, "x"]), st.text(max_size=40)))
def test_whatever_is_told_is_an_event_of_ours_or_none(told):
    event = read_event(FEED, told)
    assert event is None or event.door == "vault"
