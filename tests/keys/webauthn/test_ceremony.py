"""What an authenticator says is believed only as a whole: the port held against one in software, which lies at will."""

import pytest

from nameplate.domain.errors import Refused
from nameplate.keys.webauthn import WebauthnCeremony
from nameplate.ports.passkeys import Site
from tests.entry.authenticator import PRESENT, Authenticator, text

SITE = Site("http://localhost:8470", "localhost")
CHALLENGE = bytes(range(32))
CEREMONY = WebauthnCeremony()


@pytest.fixture(name="authenticator")
def authenticator_fixture():
    return Authenticator(SITE.origin)


def made(authenticator, challenge=CHALLENGE):
    asked = {"nonce": "n", "options": CEREMONY.creation(SITE, challenge, "p-1", [])}
    return authenticator.make(asked)["credential"]


def shown(authenticator, challenge=CHALLENGE):
    return authenticator.show({"nonce": "n", "options": CEREMONY.request(SITE, challenge, [])})["credential"]


def test_a_key_that_is_made_here_is_shown_here(authenticator):
    bound = CEREMONY.made(SITE, CHALLENGE, made(authenticator))
    assert (bound.id, bound.counter) == (text(authenticator.id), 0)
    assert CEREMONY.shown(SITE, CHALLENGE, shown(authenticator), bound.public, bound.counter) == 1


def test_users_are_verified_and_keys_found_without_a_name():
    creation = CEREMONY.creation(SITE, CHALLENGE, "p-1", [text(b"known")])
    assert creation["authenticatorSelection"]["userVerification"] == "required"
    assert creation["authenticatorSelection"]["residentKey"] == "required"
    assert [each["id"] for each in creation["excludeCredentials"]] == [text(b"known")]
    assert CEREMONY.request(SITE, CHALLENGE, [])["userVerification"] == "required"


LIES = {
    "origin": lambda each: setattr(each, "origin", "https://evil.example"),
    "host": lambda each: setattr(each, "host", "evil.example"),
    "unverified": lambda each: setattr(each, "flags", PRESENT),
    "absent": lambda each: setattr(each, "flags", 0x04),
    "framed": lambda each: setattr(each, "cross_origin", True),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_is_refused_at_both_ends(authenticator, lie):
    bound = CEREMONY.made(SITE, CHALLENGE, made(authenticator))
    LIES[lie](authenticator)
    with pytest.raises(Refused):
        CEREMONY.made(SITE, CHALLENGE, made(authenticator))
    with pytest.raises(Refused):
        CEREMONY.shown(SITE, CHALLENGE, shown(authenticator), bound.public, 0)


def test_another_challenge_or_key_is_refused(authenticator):
    bound = CEREMONY.made(SITE, CHALLENGE, made(authenticator))
    other = CEREMONY.made(SITE, CHALLENGE, made(Authenticator(SITE.origin)))
    for challenge, public in (
        (bytes(32), bound.public),
        (CHALLENGE, other.public),
        (CHALLENGE, b""),
        (CHALLENGE, b"\xa0"),
    ):
        with pytest.raises(Refused):
            CEREMONY.shown(SITE, challenge, shown(authenticator), public, 0)
    with pytest.raises(Refused):
        CEREMONY.made(SITE, bytes(32), made(authenticator))


def test_a_counter_must_rise_once_there_is_one(authenticator):
    bound = CEREMONY.made(SITE, CHALLENGE, made(authenticator))
    authenticator.counter = 6
    for known in (7, 8, 2**32 - 1):
        authenticator.counter = 6
        with pytest.raises(Refused) as refused:
            CEREMONY.shown(SITE, CHALLENGE, shown(authenticator), bound.public, known)
        assert refused.value.code == "passkey_counter"
    authenticator.counter = -1
    assert CEREMONY.shown(SITE, CHALLENGE, shown(authenticator), bound.public, 0) == 0, "some never count"


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"id": "x"},
        {"id": "x", "rawId": "y", "type": "public-key", "response": {}},
        {"response": {"clientDataJSON": "AAAA"}},
        {"response": {"clientDataJSON": "bnVsbA"}},
        {"response": None},
        {"response": {"clientDataJSON": 7}},
        {"x": "y" * 100_000, "response": {"clientDataJSON": "e30"}},
    ],
)
def test_odd_answers_are_refused(said):
    with pytest.raises(Refused):
        CEREMONY.made(SITE, CHALLENGE, said)
    with pytest.raises(Refused):
        CEREMONY.shown(SITE, CHALLENGE, said, b"", 0)
