import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.names import (
    MAX_ID,
    MAX_RESOURCE,
    is_id,
    is_resource,
    is_resource_pattern,
    resource_id,
    resource_kind,
)


@pytest.mark.parametrize("text", ["a", "amr-17", "L1.entrance_2", "0", "a" * MAX_ID])
def test_an_id_is_a_plain_word(text):
    assert is_id(text)


@pytest.mark.parametrize(
    "text",
    ["", "-a", ".a", "_a", "a b", "a/b", "a\n", "\na", "a\x00", "é", "\u0661", "a" * (MAX_ID + 1), "../a", "a:b"],
)
def test_anything_else_is_no_id(text):
    assert not is_id(text)


@given(st.text(max_size=12))
def test_an_id_is_never_a_path_nor_anything_a_shell_or_a_header_would_mind(text):
    if is_id(text):
        assert text.isascii()
        assert not set(text) & set("/\\ \t\r\n\0:;\"'$%&|<>*?")


@pytest.mark.parametrize("text", ["door:L1", "node:agv/ns=2;s=Speed", "app:x y", "api:a:b", "topic:ä", "zone:*"])
def test_a_resource_is_a_kind_and_free_text(text):
    assert is_resource(text)


@pytest.mark.parametrize(
    "text", ["", ":", "door", "door:", ":L1", "Door:L1", "1door:x", "door:a\nb", "door:\x00", "door:\u202ea", "d oor:x"]
)
def test_what_lacks_a_part_or_hides_something_is_no_resource(text):
    assert not is_resource(text)


def test_a_resource_and_a_pattern_may_be_as_long_as_the_limit_and_no_longer():
    longest = "app:" + "x" * (MAX_RESOURCE - 4)
    assert is_resource(longest)
    assert is_resource_pattern(longest)
    assert not is_resource(longest + "x")
    assert not is_resource_pattern(longest + "x")


@pytest.mark.parametrize("text", ["door:L1", "door:L1-*", "zone:*", "zone:a:*"])
def test_a_pattern_is_a_resource_or_the_beginning_of_some(text):
    assert is_resource_pattern(text)


@pytest.mark.parametrize(
    "text", ["*", "", "zone:", "zone", "zone*", "zone:a*b", "zone:**", "zone:*a*", ":*", "zone:a\n*"]
)
def test_a_star_stands_once_at_the_end_and_after_a_kind(text):
    assert not is_resource_pattern(text)


@given(st.text(max_size=20))
def test_a_pattern_without_a_star_is_a_resource(text):
    if "*" not in text:
        assert is_resource_pattern(text) == is_resource(text)


def test_kind_and_id_are_what_stands_around_the_first_colon():
    assert (resource_kind("api:a:b"), resource_id("api:a:b")) == ("api", "a:b")
    assert (resource_kind("door"), resource_id("door")) == ("door", "")
