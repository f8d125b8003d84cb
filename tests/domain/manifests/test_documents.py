from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.manifests.documents import KINDS, from_document, kind_of, read_document, to_document
from nameplate.domain.manifests.problems import InvalidManifests
from tests.domain.manifests.strategies import anything, documents


def problems_of(mapping: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(InvalidManifests) as caught:
        from_document(mapping)
    return {problem.where: f"{problem.message} {problem.remedy}" for problem in caught.value.problems}


@given(documents())
def test_a_document_survives_being_read_and_written(document):
    value = from_document(document)
    written = to_document(value)
    assert from_document(written, "elsewhere") == value
    assert to_document(from_document(written, "elsewhere")) == written
    assert kind_of(value) == document["kind"] == written["kind"]


@given(documents(), st.data())
def test_one_unknown_field_anywhere_is_an_error_that_names_it(document, data):
    places = [document, *(value for value in document.values() if isinstance(value, dict) and value)]
    place = data.draw(st.sampled_from(places))
    place["nonsense"] = 1
    assert any("nonsense" in where for where in problems_of(document))


@given(st.dictionaries(st.text(max_size=8), anything()), st.sampled_from([*KINDS, "Nonsense"]))
def test_no_mapping_can_do_more_than_be_refused_with_place_and_remedy(mapping, kind):
    value, problems = read_document(mapping | {"kind": kind})
    assert (value is None) == bool(problems)
    assert all(problem.message and problem.remedy for problem in problems)


@given(documents(), st.data())
def test_any_field_replaced_by_anything_is_refused_or_understood_never_both(document, data):
    field = data.draw(st.sampled_from(list(document)))
    value, problems = read_document(document | {field: data.draw(anything())})
    assert (value is None) == bool(problems)
    if value is not None:
        assert from_document(to_document(value)) == value


def test_every_fault_is_told_at_once():
    found = problems_of({"kind": "Actor", "type": "robt", "tier": "huge", "retire_by": "soon", "ownr": "x"})
    assert found.keys() == {"id", "type", "tier", "retire_by", "ownr"}
    assert "Did you mean robot?" in found["type"]
    assert "Did you mean owner?" in found["ownr"]


def test_a_wrong_kind_gets_a_suggestion():
    assert "Did you mean Actor?" in problems_of({"kind": "Actr", "id": "x"})["kind"]
    assert "kind" in problems_of({"id": "x"})
    assert "kind" in problems_of({"kind": ["Actor"], "id": "x"})


@pytest.mark.parametrize("version", [1, None])
def test_version_1_and_no_version_are_the_same(version):
    mapping = {"kind": "Zone", "id": "ward"} | ({"version": version} if version else {})
    assert from_document(mapping) == from_document({"kind": "Zone", "id": "ward"})


@pytest.mark.parametrize("version", [0, 2, "1", True, 1.0])
def test_no_other_version_is_taken(version):
    assert "version" in problems_of({"kind": "Zone", "id": "ward", "version": version})


@pytest.mark.parametrize("ident", ["", "-x", "a b", "a/b", "../x", "ä", "x" * 129, "a\n", 1.5, None, ["x"]])
def test_an_id_that_could_mislead_is_refused(ident):
    assert "id" in problems_of({"kind": "Team", "id": ident})


def test_the_site_is_always_written_so_that_a_second_site_changes_nothing():
    assert to_document(from_document({"kind": "Zone", "id": "ward"}, "clinic"))["site"] == "clinic"
