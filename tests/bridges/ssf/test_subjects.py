import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.bridges.ssf.sets import Refusal
from nameplate.bridges.ssf.subjects import Discarded, Subject, subjects_of

MAIL = {"format": "email", "email": "ada@clinic.example"}
UNIT = {"format": "iss_sub", "iss": "https://idp.example", "sub": "amr-17"}


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (MAIL, [Subject("ada@clinic.example", is_address=True)]),
        (UNIT, [Subject("amr-17", "https://idp.example")]),
        ({"format": "opaque", "id": "x"}, [Subject("x")]),
        ({"format": "account", "uri": "acct:ada@clinic.example"}, [Subject("ada@clinic.example", is_address=True)]),
        ({"format": "phone_number", "phone_number": "+1"}, []),
        ({"format": "aliases", "identifiers": [MAIL, UNIT, {"format": "did", "url": "did:x:y"}]}, 2),
        (
            {"format": "complex", "user": MAIL, "device": UNIT},
            [
                Subject("amr-17", "https://idp.example", "device"),
                Subject("ada@clinic.example", part="user", is_address=True),
            ],
        ),
        ({"format": "complex", "session": {"format": "opaque", "id": "s"}}, []),
    ],
)
def test_who_is_named_is_found(source, found):
    subjects = subjects_of(source, ())
    assert subjects == found if isinstance(found, list) else len(subjects) == found


@pytest.mark.parametrize(
    "source",
    [
        {},
        {"format": 7},
        {"format": "email"},
        {"format": "email", "email": ""},
        {"format": "email", "email": ["a"]},
        {"format": "iss_sub", "sub": "x"},
        {"format": "opaque", "id": "x" * 513},
        {"format": "aliases", "identifiers": "x"},
        {"format": "aliases", "identifiers": [MAIL] * 21},
        {"format": "complex", "user": "ada"},
    ],
)
def test_what_is_no_subject_is_refused(source):
    with pytest.raises(Refusal) as refused:
        subjects_of(source, ())
    assert refused.value.code == "invalid_request"


def test_a_critical_member_that_cannot_be_processed_has_the_event_discarded():
    source = {"format": "complex", "device": UNIT, "tenant": {"format": "opaque", "id": "t"}}
    with pytest.raises(Discarded, match="tenant"):
        subjects_of(source, {"tenant", "user"})
    assert subjects_of(source, {"user", "device"}) == subjects_of(source, ())


def test_an_alias_of_aliases_is_not_followed():
    deep = {"format": "aliases", "identifiers": [{"format": "aliases", "identifiers": [MAIL]}]}
    assert subjects_of(deep, ()) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["format", "user", "iss", "sub", "id"]), inner)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["format", "user", "device", "identifiers", "email", "iss", "sub", "id"]), JSON))
def test_whatever_is_named_is_a_subject_or_refused(source):
    try:
        subjects = subjects_of(source, ())
    except Refusal:
        return
    assert all(each.value for each in subjects)
