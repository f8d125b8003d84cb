"""Against the published library of Standard Webhooks, which signs here."""

import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from nameplate.domain.errors import Invalid
from nameplate.domain.webhooks import Claimed, is_signed, moment, read_secret

KEY = bytes(range(32))
SECRET = b"whsec_" + base64.b64encode(KEY)
BODY = '{"type": "access.granted"}'
AT = 1_795_424_400


def test_a_secret_is_read_strictly() -> None:
    assert read_secret(SECRET + b"\n") == KEY
    assert read_secret(SECRET.removeprefix(b"whsec_")) == KEY


@pytest.mark.parametrize("value", [b"", b"whsec_", b"whsec_short", b"whsec_!" + b"a" * 40, b"whsec_" + b"AAAA" * 40])
def test_what_is_no_secret_is_refused_and_not_shown(value: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        read_secret(value)
    assert "AAAA" not in str(caught.value)


def claimed(key: bytes = KEY, body: str = BODY, uid: str = "msg_1", at: int = AT) -> Claimed:
    return Claimed(uid, str(at), Webhook(key).sign(uid, datetime.fromtimestamp(at, UTC), body))


def test_what_the_library_signs_holds_under_each_of_the_keys() -> None:
    other = KEY[::-1]
    assert is_signed(claimed(), BODY.encode(), [KEY])
    assert is_signed(claimed(), BODY.encode(), [other, KEY])
    both = claimed()._replace(signatures=f"{claimed(other).signatures} {claimed().signatures}")
    assert is_signed(both, BODY.encode(), [KEY])
    assert moment(claimed()) == AT


@pytest.mark.parametrize(
    "changed",
    [
        {"id": "msg_2"},
        {"timestamp": str(AT + 1)},
        {"signatures": ""},
        {"signatures": "v1,"},
        {"signatures": "v1a,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
        {"signatures": claimed().signatures.removeprefix("v1,")},
        {"signatures": claimed().signatures + "="},
        {"signatures": "\u0101"},
        {"signatures": " ".join(["v1,x"] * 16 + [claimed().signatures])},
    ],
)
def test_whatever_is_altered_does_not_hold(changed) -> None:
    assert not is_signed(claimed()._replace(**changed), BODY.encode(), [KEY])


def test_another_body_another_key_and_no_key_do_not_hold() -> None:
    assert not is_signed(claimed(), BODY.encode() + b" ", [KEY])
    assert not is_signed(claimed(), BODY.encode(), [KEY[::-1]])
    assert not is_signed(claimed(), BODY.encode(), [])


@pytest.mark.parametrize(
    "head",
    [
        ("", str(AT)),
        ("a b", str(AT)),
        ("\u00e9", str(AT)),
        ("x" * 257, str(AT)),
        ("a", ""),
        ("a", "-1"),
        ("a", "1.5"),
        ("a", "9" * 13),
        ("a", "\u0661"),
        ("a", " 1"),
    ],
)
def test_what_has_no_id_or_no_time_has_no_moment(head) -> None:
    uid, timestamp = head
    assert moment(Claimed(uid, timestamp, "")) is None


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=60), st.binary(max_size=60))
def test_garbage_is_never_signed(uid, timestamp, signatures, body) -> None:
    found = Claimed(uid, timestamp, signatures)
    moment(found)
    assert not is_signed(found, body, [KEY])
