import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.bridges.panel_feed.syslog import read_message

NEW = b'<134>1 2026-11-22T18:04:05Z panel-1 access - granted [ev@32473 door="DR \\"12\\"" card="12-1001"] door opened'


def test_a_message_of_rfc_5424_is_read_with_its_structured_data():
    assert read_message(NEW) == {
        "time": "2026-11-22T18:04:05Z",
        "host": "panel-1",
        "app": "access",
        "msgid": "granted",
        "door": 'DR "12"',
        "card": "12-1001",
        "message": "door opened",
    }


def test_a_message_of_rfc_3164_is_read_with_the_pairs_in_its_text():
    data = b'<38>Nov 22 18:04:05 panel access[77]: event=granted door="Door 12" card=12-1001'
    told = read_message(data)
    assert (told["host"], told["app"]) == ("panel", "access")
    assert (told["event"], told["door"], told["card"]) == ("granted", "Door 12", "12-1001")
    assert "time" not in told


def test_the_text_cannot_speak_for_the_header_or_the_data():
    data = b'<1>1 2026-11-22T18:04:05Z real app - - [a door="real"] host=fake time=never door=fake card=1'
    told = read_message(data)
    assert (told["host"], told["time"], told["door"], told["card"]) == ("real", "2026-11-22T18:04:05Z", "real", "1")


@pytest.mark.parametrize("data", [b"", b"hello", b"<134>", b"<134>1 too short", b"<x>1 a b c d e - m", b"\xff" * 100])
def test_what_is_no_message_says_nothing(data):
    assert read_message(data) == {}


@given(
    st.binary(max_size=300)
    | st.text(max_size=200).map(lambda text: b"<1>1 t h a p m [" + text.encode("utf-8", "replace"))
)
def test_any_bytes_at_all_are_fields_or_none(data):
    assert all(isinstance(value, str) for value in read_message(data).values())


def test_a_hostile_message_is_read_quickly():
    read_message(b"<1>1 t h a p m [x " + b'a="' * 2_600)
    read_message(b"<1>1 t h a p m - " + b"a=" * 4_000)
