from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.manifests.differences import differences, typed
from tests.domain.manifests.strategies import documents


def test_what_differs_is_named_by_its_path():
    old = {"kind": "Contract", "id": "c", "grants": [{"actions": ["enter"], "rate": "1/h"}]}
    new = {"kind": "Contract", "id": "c", "only": "read", "grants": [{"actions": ["enter", "leave"]}]}
    assert differences(old, new) == [
        {"field": "only", "from": None, "to": "read"},
        {"field": "grants[0].actions", "from": ["enter"], "to": ["enter", "leave"]},
        {"field": "grants[0].rate", "from": "1/h", "to": None},
    ]


def test_true_is_not_one():
    assert differences({"x": [True]}, {"x": [1]}) == [{"field": "x", "from": [True], "to": [1]}]


@given(documents(), documents())
def test_there_are_differences_exactly_when_the_documents_differ(old, new):
    bare = [{key: value for key, value in each.items() if key not in ("kind", "id")} for each in (old, new)]
    assert differences(old, old) == []
    assert bool(differences(*bare)) == (typed(bare[0]) != typed(bare[1]))


@given(st.dictionaries(st.text(max_size=3), st.integers()))
def test_everything_is_new_against_nothing(mapping):
    assert {each["field"] for each in differences({}, mapping)} == mapping.keys() - {"kind", "id"}
