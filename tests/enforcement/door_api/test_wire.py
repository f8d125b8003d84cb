import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.errors import Invalid
from nameplate.enforcement.door_api.wire import TEMPLATES, names, opened, render


def test_the_documented_calls_are_made():
    call = render("unifi-access", "https://10.0.0.5:12445", {"door": "d-1"}, b"token\n")
    assert (call.method, call.url) == ("PUT", "https://10.0.0.5:12445/api/v1/developer/doors/d-1/unlock")
    assert call.headers["Authorization"] == "Bearer token"
    call = render("kisi", "https://api.kisi.io/", {"lock": "12"}, b"key")
    assert (call.method, call.url) == ("POST", "https://api.kisi.io/locks/12/unlock")
    assert call.headers["Authorization"] == "KISI-LOGIN key"


@given(st.text(min_size=1, max_size=20))
def test_a_value_stays_one_segment_of_the_path(value):
    try:
        url = render("kisi", "https://h", {"lock": value}, b"k").url
    except UnicodeEncodeError:
        return
    assert url.startswith("https://h/locks/")
    assert url.count("/") == 5
    assert not {"?", "#", " ", "\n"} & set(url)


@pytest.mark.parametrize(
    ("name", "values", "key"),
    [
        ("acme", {"door": "1"}, b"k"),
        ("kisi", {"door": "1"}, b"k"),
        ("kisi", {"lock": "1"}, b""),
        ("kisi", {"lock": "1"}, b"a\r\nX-More: secret"),
        ("kisi", {"lock": "1"}, b"\xff"),
    ],
)
def test_what_cannot_be_called_is_refused_without_showing_the_key(name, values, key):
    with pytest.raises(Invalid) as caught:
        render(name, "https://h", values, key)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(("name", "yes"), [("unifi-access", {"code": "SUCCESS"}), ("kisi", {"message": "Unlocked!"})])
def test_only_the_documented_yes_is_one(name, yes):
    assert opened(name, 200, json.dumps(yes).encode())
    for status, body in [
        (202, json.dumps(yes).encode()),
        (200, b""),
        (200, b"[]"),
        (200, b"{"),
        (200, b'{"code": "CODE_AUTH_FAILED", "message": "no"}'),
        (200, b'{"code": ["SUCCESS"], "message": ["Unlocked!"]}'),
        (200, json.dumps(yes).encode() + b" " * 70_000),
        (200, b"[" * 100_000),
    ]:
        assert not opened(name, status, body)


@given(st.sampled_from(list(TEMPLATES)), st.integers(100, 599), st.binary(max_size=50))
def test_any_answer_at_all_is_yes_or_no(name, status, body):
    assert opened(name, status, body) in (True, False)


def test_the_values_of_a_template_are_known():
    assert names("/a/{door}/{floor}") == {"door", "floor"}
