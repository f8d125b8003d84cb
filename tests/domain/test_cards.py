import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.cards import (
    LAYOUTS,
    Card,
    CardNumber,
    CardPool,
    Given,
    next_number,
    presented,
    read_presented,
    read_written,
)
from nameplate.domain.errors import Conflict

POOL = CardPool("robots", "clinic", "wiegand-26", 12, 1001, 1003)


@st.composite
def card_numbers(draw):
    name = draw(st.sampled_from(list(LAYOUTS)))
    layout = LAYOUTS[name]
    facility = draw(st.integers(0, (1 << layout.facility) - 1))
    return CardNumber(name, facility, draw(st.integers(0, (1 << layout.number) - 1)))


def bits_of(number):
    shown = presented(number)
    text = f"{int(shown.data, 16):0{len(shown.data) * 4}b}"
    return text[: shown.bits], text[shown.bits :]


@pytest.mark.parametrize(
    ("number", "bits"),
    [
        # Facility 1, number 1: one bit set on each side, so the leading parity is 1 and the trailing one 0.
        (CardNumber("wiegand-26", 1, 1), "1" + "00000001" + "0000000000000001" + "0"),
        (CardNumber("wiegand-26", 255, 65535), "0" + "1" * 24 + "1"),
        (CardNumber("wiegand-26", 0, 0), "0" + "0" * 24 + "1"),
        (CardNumber("wiegand-34", 1, 0), "1" + f"{1:016b}" + "0" * 16 + "1"),
        (CardNumber("wiegand-34", 3, 7), "0" + f"{3:016b}" + f"{7:016b}" + "0"),
        # The second bit of the number, the middle of the data, counts for both parities.
        (CardNumber("wiegand-37", 0, 1 << 18), "1" + "0" * 16 + "1" + "0" * 18 + "1"),
        (CardNumber("wiegand-37", 0, 1 << 17), "1" + "0" * 17 + "1" + "0" * 17 + "0"),
        (CardNumber("wiegand-37", 0, 1), "0" + "0" * 34 + "1" + "0"),
        (CardNumber("raw-32", 0, 5), f"{5:032b}"),
    ],
)
def test_the_bits_on_the_line_are_those_of_the_format(number, bits):
    assert bits_of(number) == (bits, "0" * (-len(bits) % 8))


@given(card_numbers())
def test_what_is_presented_can_be_read_again_and_its_parities_hold(number):
    shown, layout = presented(number), LAYOUTS[number.format]
    assert read_presented(shown.bits, bytes.fromhex(shown.data)) == number
    bits, _ = bits_of(number)
    if layout.parity:
        assert bits[: layout.parity + 1].count("1") % 2 == 0
        assert bits[-layout.parity - 1 :].count("1") % 2 == 1


@given(card_numbers(), st.integers(0, 63))
def test_a_bit_that_flips_is_another_number_or_none(number, place):
    shown = presented(number)
    flipped = int(shown.data, 16) ^ 1 << (len(shown.data) * 4 - 1 - place % shown.bits)
    assert read_presented(shown.bits, flipped.to_bytes(len(shown.data) // 2, "big")) != number


@given(st.integers(0, 100), st.binary(max_size=16))
def test_anything_at_all_is_a_number_or_none(bits, data):
    found = read_presented(bits, data)
    assert found is None or LAYOUTS[found.format].bits == bits


def taken(*numbers):
    return {number.id: Card(number, "amr", "robots", 0) for number in numbers}


def test_numbers_are_given_one_after_the_other_and_never_twice():
    first, second = (CardNumber("wiegand-26", 12, number) for number in (1001, 1002))
    assert next_number([POOL], {}, "clinic") == Given("robots", first)
    assert next_number([POOL], taken(first), "clinic") == Given("robots", second)


def test_the_next_pool_of_the_site_goes_on_where_one_ends_and_no_other_sites_pool_does():
    given = taken(*(CardNumber("wiegand-26", 12, each) for each in (1001, 1002, 1003)))
    more = CardPool("robots-2", "clinic", "wiegand-37", 1, 1, 1)
    other = CardPool("a-first", "depot", "wiegand-26", 12, 5000, 6000)
    assert next_number([other, more, POOL], given, "clinic") == Given("robots-2", CardNumber("wiegand-37", 1, 1))
    with pytest.raises(Conflict) as caught:
        next_number([other, POOL], given, "clinic")
    assert caught.value.code == "card_pool_exhausted"


def test_a_site_without_a_pool_gives_none():
    assert next_number([POOL], {}, "depot") is None


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [
        (CardPool("b", "depot", "wiegand-26", 12, 1003, 2000), True),
        (CardPool("b", "clinic", "wiegand-26", 12, 1004, 2000), False),
        (CardPool("b", "clinic", "wiegand-26", 13, 1, 2000), False),
        (CardPool("b", "clinic", "wiegand-34", 12, 1, 2000), False),
    ],
)
def test_pools_overlap_where_a_number_could_come_from_both(other, overlaps):
    assert POOL.overlaps(other) is overlaps
    assert other.overlaps(POOL) is overlaps


@pytest.mark.parametrize(
    "text", ["wiegand-26:12:1001", "12:1001", "12-1001", "12/1001", "12,1001", "12 1001", " 1001 ", "wiegand-26:1001"]
)
def test_a_number_is_known_however_a_panel_writes_it(text):
    assert CardNumber("wiegand-26", 12, 1001) in read_written(text, [POOL])


@pytest.mark.parametrize("text", ["", "13-1001", "x", "12-", "1-2-3", "wiegand-34:1001", "\u0661", "9" * 30, "-5"])
def test_what_is_no_number_of_ours_is_none(text):
    assert read_written(text, [POOL]) == []
