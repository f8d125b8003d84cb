import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from nameplate.bridges.manifest_yaml import read, reader
from nameplate.bridges.manifest_yaml.reader import MAX_BYTES, MAX_DEPTH, MAX_DOCUMENTS
from nameplate.domain.manifests.documents import read_document
from nameplate.domain.manifests.problems import MAX_KEPT, InvalidManifests, Problem

SITE = """\
# the clinic
kind: Site
id: clinic
---
---
kind: Actor
id: amr-17
unit: {serial: 00417, model: T3}
retire_by: 2027-06-30
grants:
  - actions: [enter]
    during: {from: 06:00, to: "22:00"}
"""


def faults(text: str) -> tuple[Problem, ...]:
    with pytest.raises(InvalidManifests) as caught:
        read(text, "site.yaml")
    return caught.value.problems


def value(text: str) -> object:
    return read(f"x: {text}")[0].mapping["x"]


def test_documents_come_with_the_place_of_every_field():
    site, actor = read(SITE, "site.yaml")
    assert (site.kind, site.file, site.line) == ("Site", "site.yaml", 2)
    assert (actor.kind, actor.line) == ("Actor", 6)
    assert actor.positions["unit.serial"] == (8, 8)
    assert actor.positions["grants[0].actions[0]"] == (11, 15)
    assert actor.positions["grants[0].during.from"] == (12, 14)


def test_unquoted_dates_times_and_serial_numbers_stay_as_they_were_written():
    actor = read(SITE)[1].mapping
    assert actor["retire_by"] == "2027-06-30"
    assert actor["unit"] == {"serial": "00417", "model": "T3"}
    assert actor["grants"][0]["during"] == {"from": "06:00", "to": "22:00"}  # type: ignore[index]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("no", "no"),
        ("on", "on"),
        ("22:30", "22:30"),
        ("010", "010"),
        ("0x1F", "0x1F"),
        ("1e3", "1e3"),
        ("1_000", "1_000"),
        ("12", 12),
        ("-1.5", -1.5),
        ("true", True),
        ("~", None),
        ("'12'", "12"),
        ('"true"', "true"),
    ],
)
def test_words_mean_what_they_mean_in_yaml_1_2(text, meaning):
    found = value(text)
    assert (found, type(found)) == (meaning, type(meaning))


@pytest.mark.parametrize("word", ["yes", "no", "off", "0x1F", "010", "1e3", ".inf", "1_000", "22:30", "2027-06-30"])
def test_a_condition_never_compares_with_a_word_that_others_read_differently(word):
    assert faults(f"grants: [{{unless: {{context.x: [{word}]}}}}]")[0].where == "grants[0].unless.context.x[0]"
    assert faults(f"where: {{context.x: {{max: {word}}}}}")[0].where == "where.context.x.max"
    assert read(f'where: {{context.x: ["{word}", true, 12, -1.5, maintenance]}}')


@pytest.mark.parametrize(
    ("text", "where", "line"),
    [
        ("a: 1\nb: 2\na: 3\n", "a", 3),
        ("a: {b: 1, c: {d: 1,\n d: 2}}", "a.c.d", 2),
        ("a: &x 1\n", "a", 1),
        ("a: 1\nb: *x\n", "b", 2),
        ("a: !!python/object:os.system 1\n", "a", 1),
        ("a: !secret x\n", "a", 1),
        ("a: !!str 1\n", "a", 1),
        ("a: !!map {b: 1}\n", "a", 1),
        ("- a\n", "", 1),
        ("just words\n", "", 1),
        ("? [a, b]\n: 1\n", "", 1),
        ("a: [1,\n", "", 2),
        ("a: b: c\n", "", 1),
        ("\ta: 1\n", "", 1),
    ],
)
def test_what_is_not_plain_yaml_is_refused_with_its_place(text, where, line):
    problem = faults(text)[0]
    assert (problem.file, problem.where, problem.line) == ("site.yaml", where, line)
    assert problem.message
    assert problem.remedy


def test_a_merge_key_is_an_unknown_field_and_merges_nothing():
    (document,) = read("kind: Zone\nid: ward\n<<: {public: true}\n")
    assert [problem.where for problem in read_document(document.mapping)[1]] == ["<<"]


def test_several_faults_are_told_at_once():
    assert [problem.line for problem in faults("a: &x 1\na: 2\n---\n- 1\n")] == [1, 2, 4]


def test_an_expanding_text_is_refused_before_it_expands():
    bomb = "a: &a [x, x]\n" + "".join(f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True))
    assert "aliases" in faults(bomb)[0].message


@pytest.mark.parametrize(
    "text",
    [
        "#" * (MAX_BYTES + 1),
        "é" * (MAX_BYTES // 2 + 1),
        "---\na: 1\n" * (MAX_DOCUMENTS + 1),
        "a: " + "[" * (MAX_DEPTH + 1),
        "{a: " * 100_000,
        "- " * 100_000,
        "? " * 100_000,
    ],
    ids=["bytes", "encoded bytes", "documents", "depth", "mappings", "dashes", "questions"],
)
def test_every_limit_holds(text):
    problem = faults(text)[-1]
    assert problem.remedy
    assert len(str(problem)) < 500


def test_the_number_of_values_is_limited(monkeypatch):
    monkeypatch.setattr(reader, "MAX_NODES", 1_000)
    assert read("a: [" + "1," * 997 + "]")
    assert "values" in faults("a: [" + "1," * 998 + "]")[0].message


def test_long_names_cannot_fill_the_memory(monkeypatch):
    assert "513 characters" in faults("n" * 513 + ": 1")[0].message
    assert read("n" * 512 + ": 1")
    monkeypatch.setattr(reader, "MAX_PATHS", 1_000)
    assert read("n" * 90 + ": [" + "1," * 9 + "]")
    assert "too long" in faults("n" * 90 + ": [" + "1," * 11 + "]")[0].message


def test_endless_faults_are_cut_off():
    assert len(faults("a: 1\n" * 10_000)) == MAX_KEPT


def test_what_lies_just_within_the_limits_is_read():
    assert read("a: " + "[" * (MAX_DEPTH - 1) + "]" * (MAX_DEPTH - 1))
    assert len(read("---\na: 1\n" * 2_000)) == 2_000


@pytest.mark.parametrize("text", ["", "\n", "# nothing\n", "---\n---\n", "\ufeff"])
def test_nothing_is_no_documents(text):
    assert read(text) == []


def refused_or_read(text: str) -> None:
    try:
        documents = read(text, "fuzz.yaml")
    except InvalidManifests as refused:
        assert refused.problems  # noqa: PT017
        return
    for document in documents:
        read_document(document.mapping)


@given(st.text())
@example("\ud800")
@example("\x00")
@example("%YAML 9.9\n---\na: 1")
def test_no_text_does_more_than_be_refused(text):
    refused_or_read(text)


@given(st.text(alphabet="ab:-[]{},&*!|>'\"#%@`? \n\t1.~<="))
def test_no_mix_of_yaml_signs_does_more_than_be_refused(text):
    refused_or_read(text)


@given(st.integers(0, len(SITE)), st.integers(0, 20), st.text(alphabet="ab:-[]{},&*!|>'\"# \n1", max_size=6))
def test_no_damage_to_a_manifest_does_more_than_be_refused(start, length, inserted):
    refused_or_read(SITE[:start] + inserted + SITE[start + length :])
