from nameplate.domain.webhooks import read_secret
from nameplate.exports.sinks.http.signing import signed

KEY = bytes(range(32))


def test_the_signature_is_that_of_the_example_in_the_published_specification() -> None:
    key = read_secret(b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    headers = signed("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330_000_000, body, [key])
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_each_key_gives_a_signature_of_its_own() -> None:
    headers = signed("id", 1_700_000_000_000_000, b"{}", [KEY, KEY[::-1]])
    assert len(set(headers["webhook-signature"].split(" "))) == 2
