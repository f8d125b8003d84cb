from datetime import date, datetime

import pytest

from nameplate.domain.manifests.fields import MAX_LIST, MAX_TEXT, Fields, suggestion


def fields(**source: object) -> Fields:
    return Fields(source, [], "grants[0]")


def told(read: Fields) -> list[str]:
    return [problem.where for problem in read.problems]


def test_the_path_of_a_problem_leads_to_the_field():
    read = fields(rate=1)
    assert read.text("rate") == "1"
    read.fail("rate", "Wrong.", "Right it.")
    assert read.problems[0].where == "grants[0].rate"


def test_a_missing_field_is_a_problem_only_where_it_is_required():
    read = fields()
    assert read.text("name") == ""
    assert told(read) == []
    read.text("name", required=True)
    assert told(read) == ["grants[0].name"]


@pytest.mark.parametrize(
    "value",
    ["", " x", "x ", "a\nb", "a\x00b", "a\u200bb", "e\u0301", 1.5, True, ["x"], {}, 2**63, "x" * (MAX_TEXT + 1)],
)
def test_a_text_that_could_hide_something_is_refused(value):
    read = fields(name=value)
    assert read.text("name") == ""
    assert told(read) == ["grants[0].name"]


def test_a_plain_number_is_taken_as_text_because_it_can_only_mean_itself():
    read = fields(serial=417)
    assert read.text("serial") == "417"
    assert told(read) == []


def test_an_empty_field_is_told_apart_from_a_missing_one():
    read = fields(name=None)
    read.text("name")
    assert "empty" in read.problems[0].message


@pytest.mark.parametrize("value", ["true", 1, 0, "yes", []])
def test_only_true_and_false_are_flags(value):
    read = fields(public=value)
    assert read.flag("public") is False
    assert told(read) == ["grants[0].public"]


@pytest.mark.parametrize("value", [-1, 127, 1.0, "1", True, 10**4000])
def test_a_number_outside_its_range_is_refused(value):
    read = fields(address=value)
    assert read.integer("address", 0, range(127)) == 0
    assert told(read) == ["grants[0].address"]


def test_dates_may_come_as_text_or_as_dates():
    assert fields(until=date(2027, 6, 30)).day("until") == fields(until="2027-06-30").day("until") == date(2027, 6, 30)


@pytest.mark.parametrize("value", [datetime.fromisoformat("2027-06-30T10:00:00"), 20270630, "tomorrow", True])
def test_what_is_not_a_day_is_refused(value):
    read = fields(until=value)
    assert read.day("until") is None
    assert told(read) == ["grants[0].until"]


@pytest.mark.parametrize(
    "value", ["a", {"a": 1}, [], ["a", "a"], ["a", None], [f"a{number}" for number in range(MAX_LIST + 1)], {"a"}]
)
def test_a_list_must_be_one_not_empty_not_endless_and_say_nothing_twice(value):
    read = fields(names=value)
    read.texts("names")
    assert read.problems


def test_a_list_of_the_greatest_length_is_taken():
    read = fields(names=[f"a{number}" for number in range(MAX_LIST)])
    assert len(read.texts("names")) == MAX_LIST
    assert told(read) == []


def test_unknown_fields_are_told_with_what_is_known():
    read = Fields({"nmae": 1}, [])
    read.text("name")
    read.done()
    assert "Did you mean name?" in read.problems[0].remedy


def test_nothing_is_suggested_where_nothing_comes_close():
    assert suggestion("zzz", ["name"]) == ""


def test_a_section_must_be_a_mapping():
    read = fields(unit=["x"])
    assert read.section("unit") is None
    assert told(read) == ["grants[0].unit"]
    inner = fields(unit={"serial": "1"}).section("unit")
    assert inner is not None
    assert inner.at("serial") == "grants[0].unit.serial"


def test_a_number_too_long_to_print_is_refused_all_the_same():
    read = fields(address=10**5000, name=-(10**5000))
    read.integer("address", 0, range(127))
    read.text("name")
    assert told(read) == ["grants[0].address", "grants[0].name"]


def test_of_many_unknown_fields_only_some_are_told():
    read = Fields({f"x{number}": 1 for number in range(10_000)}, [])
    read.done()
    assert 0 < len(read.problems) < 100
