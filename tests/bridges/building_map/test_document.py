from collections.abc import Callable

import pytest

from nameplate.bridges.building_map.document import MAX_DEPTH, MAX_NODES, MAX_SCALAR, MAX_TEXT, Field, load
from nameplate.domain.errors import Invalid


def test_a_plain_document_is_loaded() -> None:
    assert load("{a: [1, 2.5, x]}").value == {"a": [1, 2.5, "x"]}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a: &x [1]\nb: [*x, *x]", "anchors, aliases and tags"),
        ("a: !!python/object/apply:os.getcwd []", "anchors, aliases and tags"),
        ("a: !!binary aGVsbG8=", "anchors, aliases and tags"),
        ("[" * 1_000_000, "nested deeper"),
        ("{a: " * (MAX_DEPTH + 1), "nested deeper"),
        ("a: [" + "1," * MAX_NODES + "1]", "more than"),
        ("a: " + "x" * (MAX_SCALAR + 1), "a text longer"),
        (" " * (MAX_TEXT + 1), "longer than"),
        ("a: 1\nb: 2\na: 3", "stands twice or merges (line 1)"),
        ("{<<: {a: 1}, a: 2}", "merges"),
        ("? [1]\n: 2", "not plain text"),
        ("a: 1\n---\nb: 2", "another document"),
        ("a: 2001-99-99", "month"),
        ("a: 0b_", "invalid literal"),
        ("a: [1", "line 2"),
        ("a: \x00", "not readable"),
        ("a: \ud800", "not readable"),
    ],
)
def test_what_could_harm_or_mislead_is_refused(text: str, what: str) -> None:
    with pytest.raises(Invalid) as refused:
        load(text)
    assert what in refused.value.message
    assert refused.value.code == "building_map.invalid"
    assert refused.value.remedy


def test_nesting_up_to_the_limit_is_read() -> None:
    assert load("[" * MAX_DEPTH + "]" * MAX_DEPTH).value


@pytest.mark.parametrize(
    "read",
    [
        lambda: Field("x", "p").number(),
        lambda: Field(True, "p").number(),
        lambda: Field(float("nan"), "p").number(),
        lambda: Field(float("inf"), "p").number(),
        lambda: Field(10**400, "p").number(),
        lambda: Field(-1, "p").integer(),
        lambda: Field(1.0, "p").integer(),
        lambda: Field(True, "p").integer(),
        lambda: Field("yes", "p").flag(),
        lambda: Field(["x"], "p").flag(),
        lambda: Field([], "p").text(),
        lambda: Field(True, "p").text(),
        lambda: Field("two\nlines", "p").text(),
        lambda: Field("\x1b[2J", "p").text(),
        lambda: Field("x" * 257, "p").text(),
        lambda: Field([1], "p").get("key"),
        lambda: list(Field([1], "p").entries()),
        lambda: list(Field({(1, 2): 3}, "p").entries()),
        lambda: Field({}, "p").items(1),
        lambda: Field([1, 2], "p").items(1),
        lambda: Field({"k": "plain"}, "p").typed("k"),
        lambda: Field({"k": [9, "code"]}, "p").typed("k"),
        lambda: Field({"k": [1, "a", "b"]}, "p").typed("k"),
    ],
)
def test_a_value_of_the_wrong_kind_names_its_place(read: Callable[[], object]) -> None:
    with pytest.raises(Invalid, match=r"^p.* expected\."):
        read()


def test_values_of_the_right_kind_are_returned() -> None:
    field = Field({"n": [3, 0.5], "t": [1, " door "], "f": [4, True], "i": [2, 7]}, "p")
    assert [item.path for item in Field([5], "p").items(1)] == ["p[0]"]
    assert field.typed("missing") is None
    assert [found.value for key in "ntfi" if (found := field.typed(key))] == [0.5, " door ", True, 7]
    assert Field(" door ", "p").text() == "door"
    assert Field(7, "p").text() == "7"
    assert Field(7, "p").number() == 7.0
    assert Field(1, "p").flag() is True
