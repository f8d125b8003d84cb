import base64

import pytest

from nameplate.domain.errors import Invalid
from nameplate.exports.sinks.http.signing import read_secret, signed

KEY = bytes(range(32))
SECRET = b"whsec_" + base64.b64encode(KEY)


def test_a_secret_is_read_strictly() -> None:
    assert read_secret(SECRET + b"\n") == KEY
    assert read_secret(SECRET.removeprefix(b"whsec_")) == KEY


@pytest.mark.parametrize("value", [b"", b"whsec_", b"whsec_short", b"whsec_!" + b"a" * 40, b"whsec_" + b"AAAA" * 40])
def test_what_is_no_secret_is_refused_and_not_shown(value: bytes) -> None:
    with pytest.raises(Invalid) as caught:
        read_secret(value)
    assert "AAAA" not in str(caught.value)


def test_the_signature_is_that_of_the_example_in_the_published_specification() -> None:
    key = read_secret(b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    headers = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330_000_000, body, [key])
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_each_key_gives_a_signature_of_its_own() -> None:
    headers = signed("id", 1_700_000_000_000_000, b"{}", [KEY, KEY[::-1]])
    assert len(set(headers["webhook-signature"].split(" "))) == 2
