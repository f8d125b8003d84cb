import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.bridges.building_map.ids import numbered, on_level, shared_stem, slug, without_level
from nameplate.domain.names import is_id


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("L1_left_consult_rm_3", "L1-left-consult-rm-3"),
        ("  Küche / Süd ", "Kuche-Sud"),
        ("a--b__c", "a-b-c"),
        ("薬局", ""),
        ("../../etc", "etc"),
    ],
)
def test_a_slug_keeps_letters_and_digits(name: str, expected: str) -> None:
    assert slug(name) == expected


@given(st.text(max_size=300), st.text(max_size=300))
def test_every_id_is_valid_for_manifests_or_empty(level: str, name: str) -> None:
    made = on_level(level, name)
    assert made == "" or is_id(made + "-9999")


def test_the_level_stands_before_an_id_once() -> None:
    assert on_level("L1", "lab") == "L1-lab"
    assert on_level("L1", "L1_lab") == "L1-lab"
    assert on_level("L1", "l1 lab") == "L1-lab"
    assert on_level("L1", "L10_lab") == "L1-L10-lab"
    assert on_level("***", "lab") == "level-lab"
    assert without_level("L1", "L1_lab") == "lab"


def test_a_stem_is_what_all_names_begin_with() -> None:
    assert shared_stem(["rm-3-outer", "rm-3-inner"]) == "rm-3"
    assert shared_stem(["rm-3"]) == "rm-3"
    assert shared_stem(["zoo", "bar"]) == "bar"
    assert shared_stem(["room-1", "rooms-2"]) == "room-1"
    assert shared_stem([]) == ""


def test_no_id_is_given_twice() -> None:
    assert numbered(["a", "a", "b", "a-2", "a"]) == ["a", "a-2", "b", "a-2-2", "a-3"]
