import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.badges import CardRead, card_read, number_hash, parse_card
from nameplate.domain.errors import Invalid

KEY = bytes(32)


def test_what_stands_in_the_padding_makes_no_other_card():
    assert card_read(26, b"\x8a\x13\xc0\x7f") == card_read(26, b"\x8a\x13\xc0\x40") == CardRead(26, b"\x8a\x13\xc0\x40")


def test_a_card_of_another_length_is_another_card():
    assert number_hash(KEY, card_read(26, b"\x8a\x13\xc0\x40")) != number_hash(KEY, card_read(27, b"\x8a\x13\xc0\x40"))


def test_without_the_key_nobody_can_try_numbers():
    card = card_read(26, b"\x8a\x13\xc0\x40")
    assert number_hash(KEY, card) != number_hash(bytes([1]) * 32, card)
    assert b"8a13c0" not in number_hash(KEY, card).encode()


@given(st.integers(1, 512), st.binary(min_size=64, max_size=64))
def test_a_number_as_people_write_it_is_the_card_that_the_reader_sends(bits, data):
    card = card_read(bits, data)
    assert parse_card(f"{bits}:{data.hex()}\n") == parse_card(f"{bits}:{card.data.hex()}") == card


@pytest.mark.parametrize(
    "text", ["", "26", "26:", "26:zz", "26:8a1", "0:00", "26:8a13", "513:" + "00" * 65, "-1:00", "26:8a13c040;"]
)
def test_what_is_no_card_is_refused_without_being_quoted(text):
    with pytest.raises(Invalid) as refused:
        parse_card(text)
    assert len(text) < 3 or text not in str(refused.value)


@pytest.mark.parametrize(("bits", "data"), [(0, b""), (-1, b"x"), (513, bytes(65)), (9, b"\x00")])
def test_no_reader_can_make_a_card_of_nothing(bits, data):
    with pytest.raises(Invalid):
        card_read(bits, data)
