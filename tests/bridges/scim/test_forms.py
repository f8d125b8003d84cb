"""Other clients' forms, and that reading them never fails but as it should."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scim2_models import InvalidSyntaxException, InvalidValueException, SCIMException

from nameplate.bridges.scim import forms
from tests.bridges.scim.house import PATCH

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda i: st.lists(i) | st.dictionaries(st.text(), i)
)


def patch(*operations):
    return {"schemas": [PATCH], "Operations": list(operations)}


@pytest.mark.parametrize(
    ("operation", "means"),
    [
        ({"op": "Replace", "path": "active", "value": "False"}, False),
        ({"Op": "ADD", "Path": "active", "Value": True}, True),
        ({"op": "replace", "value": {"active": "tRUE"}}, True),
        ({"op": "replace", "value": {"active": True, "title": "x"}}, None),
        ({"op": "remove", "path": "active"}, None),
        ({"op": "replace", "path": "displayName", "value": False}, None),
    ],
)
def test_what_says_only_whether_somebody_is_active(operation, means):
    assert forms.only_active(forms.patch_body(patch(operation))) is means


@pytest.mark.parametrize(
    "body", [None, [], {}, {"schemas": [PATCH], "Operations": {}}, {"Operations": []}, patch("x"), patch()]
)
def test_what_is_none_says_nothing(body):
    assert forms.only_active(forms.patch_body(body)) is None


@pytest.mark.parametrize("value", ["yes", "1", 1, 0, 0.0, [], {}, "tru"])
def test_only_truth_values_are_true_or_false(value):
    with pytest.raises(InvalidValueException):
        forms.resource_body({"active": value})
    with pytest.raises(InvalidValueException):
        forms.patch_body(patch({"op": "add", "path": "urn:x:Device:active", "value": value}))


def test_removal_by_value_becomes_removal_by_filter():
    told = forms.patch_body(patch({"op": "Remove", "path": "members", "value": [{"value": "a"}, "b"]}))
    assert [each["path"] for each in told["Operations"]] == ['members[value eq "a"]', 'members[value eq "b"]']
    for odd in ({"value": 'a"]'}, {"value": 1}, {}, ["x"], None):
        with pytest.raises(InvalidValueException):
            forms.patch_body(patch({"op": "remove", "path": "members", "value": [odd]}))


@pytest.mark.parametrize(
    ("path", "value", "element"),
    [
        ('emails[type eq "home"].value', "x", {"type": "home", "value": "x"}),
        ('emails[type eq "home" and primary EQ true]', {"value": "x"}, {"type": "home", "primary": True, "value": "x"}),
    ],
)
def test_what_is_selected_says_how_it_would_look(path, value, element):
    assert forms.selected(path, value) == ("emails", [element])


@pytest.mark.parametrize(
    "path",
    ["emails", 'emails[type co "x"].value', 'emails[type eq "a" or type eq "b"].value', "emails[", 'e[a[b eq "c"]]'],
)
def test_what_does_not_say_so_is_left_alone(path):
    assert forms.selected(path, "x") is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[NaN]",
        b"[1e999",
        b"\xff",
        b"[" * 10_000,
        b'"\\ud800"',
        b'{"\\udfff": 1}',
        b'{"a":' * 30 + b"1" + b"}" * 30,
    ],
)
def test_what_is_no_json_or_too_deep_is_refused(body):
    with pytest.raises(InvalidSyntaxException):
        forms.read_json(body)


@given(JSON)
def test_whatever_arrives_is_read_or_refused(value):
    try:
        forms.patch_body(forms.read_json(json.dumps(value).encode()))
        forms.patch_body({"Operations": value})
        forms.patch_body({"Operations": [value]})
        forms.resource_body(value)
    except SCIMException:
        return


@given(st.text(), JSON)
def test_whatever_path_is_selected_or_not(path, value):
    forms.selected(path, value)
