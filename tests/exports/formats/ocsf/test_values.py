import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.exports.formats.ocsf.values import address, amount, free, mapping, number, objects, present, text

ANYTHING: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.binary(max_size=4),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner),
)


def test_a_text_is_taken_and_all_else_is_absent() -> None:
    assert text({"a": "é"}, "a") == "é"
    others: list[object] = [7, None, [], b"x"]
    assert [text({"a": value}, "a") for value in others] == [""] * 4


def test_half_a_character_is_replaced() -> None:
    assert text({"a": "x\ud800"}, "a") == "x?"


def test_a_number_is_whole_and_exact_in_every_reader() -> None:
    assert number({"a": 2**53 - 1}, "a") == 2**53 - 1
    assert [number({"a": value}, "a") for value in (2**53, True, 1.0, "1", None)] == [None] * 5


def test_an_amount_is_finite_and_not_negative() -> None:
    assert amount({"a": 1.5}, "a") == 1.5
    assert amount({"a": 0}, "a") == 0
    assert [amount({"a": value}, "a") for value in (-1, float("inf"), float("nan"), True, "1")] == [None] * 5


@pytest.mark.parametrize(("given_as", "taken"), [("10.0.0.1", "10.0.0.1"), ("::1", "::1"), ("fe80::1%eth0", "fe80::1")])
def test_an_address_is_taken_without_its_zone(given_as: str, taken: str) -> None:
    assert address({"ip": given_as}, "ip") == taken


@pytest.mark.parametrize("junk", ["10.0.0.256", "host", "", 167772161, None])
def test_what_is_no_address_is_absent(junk: object) -> None:
    assert address({"ip": junk}, "ip") == ""


def test_objects_keep_their_places() -> None:
    assert objects({"a": [{"b": 1}, 7]}, "a") == [{"b": 1}, {}]
    assert objects({"a": "no"}, "a") == []
    assert mapping({"a": []}, "a") == {}


def test_zero_and_false_say_something_and_nothing_does_not() -> None:
    assert present(a=0, b=False, c=None, d="", e=[], f={}) == {"a": 0, "b": False}


def test_too_deep_is_cut_and_too_big_is_text() -> None:
    nested: Any = "deep"
    for _ in range(50):
        nested = [nested]
    assert "deep" not in json.dumps(free(nested))
    assert free({"a": [2**53, 1]}) == {"a": ["0x20000000000000", 1]}


@given(ANYTHING)
def test_free_data_is_always_json_for_every_reader(value: object) -> None:
    json.dumps(free(value), allow_nan=False, ensure_ascii=False).encode()
