import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from nameplate.bridges.manifest_yaml import read, write
from nameplate.domain.manifests.documents import from_document, to_document
from tests.domain.manifests.strategies import documents

CONTRACT = {
    "kind": "Contract",
    "id": "pharmacy-runner",
    "grants": [
        {
            "actions": ["enter"],
            "resources": ["zone:pharmacy"],
            "during": {"days": ["mon", "tue"], "from": "06:00", "to": "22:00", "timezone": "Europe/Berlin"},
            "where": {"action.value": {"min": 0, "max": 60}, "context.flag": ["yes", True, 1, 1.0, None]},
        }
    ],
}


def test_what_is_written_reads_well():
    assert (
        write([{"kind": "Site", "id": "clinic"}, CONTRACT])
        == """\
---
kind: Site
id: clinic
---
kind: Contract
id: pharmacy-runner
grants:
- actions: [enter]
  resources: ["zone:pharmacy"]
  during: {days: [mon, tue], from: "06:00", to: "22:00", timezone: Europe/Berlin}
  where: {action.value: {min: 0, max: 60}, context.flag: ["yes", true, 1, 1.0, null]}
"""
    )


def test_dates_are_written_without_quotes_where_a_date_belongs():
    assert "retire_by: 2027-06-30\n" in write([{"kind": "Actor", "id": "a", "retire_by": "2027-06-30"}])
    assert 'serial: "2027-06-30"' in write([{"kind": "Actor", "id": "a", "unit": {"serial": "2027-06-30"}}])


def test_nothing_is_written_for_nothing():
    assert write([]) == ""


def test_texts_written_in_parts_can_be_joined():
    site = {"kind": "Site", "id": "clinic"}
    assert write([site]) + write([CONTRACT]) == write([site, CONTRACT])


@given(st.lists(documents(), max_size=4))
def test_what_is_written_is_read_back_unchanged(some):
    values = [from_document(document) for document in some]
    text = write(to_document(value) for value in values)
    assert [from_document(document.mapping) for document in read(text)] == values
    assert [document.mapping for document in read(text)] == [to_document(value) for value in values]


scalars = st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.floats(allow_nan=False, allow_infinity=False)
printable = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=30)


@given(
    st.dictionaries(st.from_regex(r"[a-z_]{1,6}", fullmatch=True), scalars | printable | st.lists(scalars | printable))
)
@example({"where": ["yes", "1e3", "0o7", "~", "null", "é😀", "=", "<<", "*x", "&x", "!x", "\\"]})
@example({"where": list("#'\"%@`|>-?:,[]{}")})
@example({"where": ["", "- a", "a: b", "a #b", " a", "a ", "---", "...", "? a"]})
@example({"expires": "2027-02-31", "where": [5e-324, 1e16, -0.0, 0.1]})
def test_any_text_and_any_number_survive(document):
    (found,) = read(write([document])) or read("{}")
    assert repr(dict(found.mapping)) == repr(document)


@given(documents())
def test_other_yaml_readers_read_the_same_but_for_dates(document):
    written = to_document(from_document(document))
    assert str(yaml.safe_load(write([written]))["id"]) == written["id"]
