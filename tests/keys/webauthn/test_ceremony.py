"""What a passkey says is believed only of that key, for this challenge, at this site, with the user verified."""

import base64
import json

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.errors import Refused
from nameplate.keys.webauthn import WebauthnCeremony
from nameplate.keys.webauthn.ceremony import MAX_JSON
from nameplate.ports.passkeys import Site
from tests.keys.webauthn.authenticator import ATTESTED, PRESENT, VERIFIED, Authenticator, text

SITE = Site("https://nameplate.clinic.example", "nameplate.clinic.example")
CHALLENGE, OTHER = b"c" * 32, b"d" * 32
CEREMONY = WebauthnCeremony()
HOSTILE = [
    b"",
    b"\xff\xfe",
    b"null",
    b"[]",
    b'"x"',
    b"{}",
    b"[" * 30_000,
    b'{"a":' * 9_000,
    b"1" * 5000,
    b"\x81" * 9_000,
]


def authenticator(origin=SITE.origin, host=SITE.host):
    return Authenticator(origin, host)


def asked(challenge=CHALLENGE):
    return {"nonce": "", "options": {"challenge": text(challenge)}}


def made(key, challenge=CHALLENGE):
    return key.make(asked(challenge))["credential"]


def shown(key, challenge=CHALLENGE):
    return key.show(asked(challenge))["credential"]


def bound():
    key = authenticator()
    return key, CEREMONY.made(SITE, CHALLENGE, made(key))


def look(assertion, passkey, counter=0, challenge=CHALLENGE, site=SITE):
    return CEREMONY.shown(site, challenge, assertion, passkey.public, counter)


def altered(said, name, value):
    return said | {"response": said["response"] | {name: value}}


def flipped(encoded):
    raw = bytearray(base64.urlsafe_b64decode(encoded + "=="))
    raw[-1] ^= 1
    return text(bytes(raw))


def client(said, **changes):
    former = json.loads(base64.urlsafe_b64decode(said["response"]["clientDataJSON"] + "=="))
    return altered(said, "clientDataJSON", text(json.dumps(former | changes).encode()))


WRONG_KEYS = {
    "another site": lambda key: setattr(key, "origin", "https://nameplate.clinic.example.evil.example"),
    "another port": lambda key: setattr(key, "origin", SITE.origin + ":8443"),
    "without TLS": lambda key: setattr(key, "origin", "http://nameplate.clinic.example"),
    "another relying party": lambda key: setattr(key, "host", "clinic.example"),
    "within another page": lambda key: setattr(key, "cross_origin", True),
    "within who knows what": lambda key: setattr(key, "cross_origin", "false"),
    "nobody verified": lambda key: setattr(key, "flags", PRESENT),
    "nobody present": lambda key: setattr(key, "flags", VERIFIED),
}


def test_a_passkey_is_made_and_shown():
    key, passkey = bound()
    assert (passkey.id, passkey.counter) == (text(key.id), 0)
    assert [look(shown(key), passkey, counter) for counter in (0, 1, 2)] == [1, 2, 3]


@pytest.mark.parametrize("what", WRONG_KEYS)
def test_a_passkey_is_not_made(what):
    key = authenticator()
    WRONG_KEYS[what](key)
    with pytest.raises(Refused) as error:
        CEREMONY.made(SITE, CHALLENGE, made(key))
    assert error.value.code == "passkey_refused"


@pytest.mark.parametrize("what", WRONG_KEYS)
def test_a_passkey_is_not_believed(what):
    key, passkey = bound()
    WRONG_KEYS[what](key)
    with pytest.raises(Refused) as error:
        look(shown(key), passkey)
    assert error.value.code == "passkey_refused"


def test_what_was_said_for_another_challenge_counts_for_nothing():
    key, passkey = bound()
    with pytest.raises(Refused):
        CEREMONY.made(SITE, CHALLENGE, made(authenticator(), OTHER))
    with pytest.raises(Refused):
        look(shown(key, OTHER), passkey)
    with pytest.raises(Refused):
        look(client(shown(key, OTHER), challenge=text(CHALLENGE)), passkey)


def test_a_making_is_no_showing_nor_the_other_way_round():
    key, passkey = bound()
    with pytest.raises(Refused):
        look(client(shown(key), type="webauthn.create"), passkey)
    with pytest.raises(Refused):
        CEREMONY.made(SITE, CHALLENGE, client(made(authenticator()), type="webauthn.get"))
    with pytest.raises(Refused):
        look(made(key), passkey)
    with pytest.raises(Refused):
        CEREMONY.made(SITE, CHALLENGE, shown(key))


@pytest.mark.parametrize("part", ["signature", "authenticatorData"])
def test_a_bit_that_is_not_as_it_was_signed_is_seen(part):
    key, passkey = bound()
    said = shown(key)
    assert look(said, passkey) == 1
    with pytest.raises(Refused) as error:
        look(altered(said, part, flipped(said["response"][part])), passkey)
    assert error.value.code == "passkey_refused"


def test_the_signature_of_another_key_is_not_believed():
    key, passkey = bound()
    thief = authenticator()
    thief.id = key.id
    with pytest.raises(Refused):
        look(shown(thief), passkey)
    with pytest.raises(Refused):
        look(client(shown(key), topOrigin="https://evil.example"), passkey)


@pytest.mark.parametrize(("known", "says"), [(5, 5), (5, 4), (5, 0), (1, 1)])
def test_a_counter_that_does_not_rise_is_told_from_all_else(known, says):
    key, passkey = bound()
    key.counter = says - 1
    with pytest.raises(Refused) as error:
        look(shown(key), passkey, known)
    assert error.value.code == "passkey_counter"


def test_who_cannot_sign_raises_no_suspicion_of_a_copy():
    key, passkey = bound()
    thief = authenticator()
    thief.id = key.id
    with pytest.raises(Refused) as error:
        look(shown(thief), passkey, 9)
    assert error.value.code == "passkey_refused"


def test_an_authenticator_that_never_counts_is_believed():
    key, passkey = bound()
    for _ in range(2):
        key.counter = -1
        assert look(shown(key), passkey, 0) == 0


def test_the_options_ask_for_a_verified_user_and_name_what_is_known():
    known = [text(b"k" * 16)]
    creation = CEREMONY.creation(SITE, CHALLENGE, "p-ada", known)
    assert creation["rp"] == {"id": SITE.host, "name": "Nameplate"}
    assert creation["challenge"] == text(CHALLENGE)
    assert creation["authenticatorSelection"]["userVerification"] == "required"
    assert creation["authenticatorSelection"]["residentKey"] == "required"
    assert [each["id"] for each in creation["excludeCredentials"]] == known
    request = CEREMONY.request(SITE, CHALLENGE, known)
    assert (request["rpId"], request["challenge"]) == (SITE.host, text(CHALLENGE))
    assert request["userVerification"] == "required"
    assert [each["id"] for each in request["allowCredentials"]] == known
    assert not CEREMONY.request(SITE, CHALLENGE, []).get("allowCredentials")


@pytest.mark.parametrize("raw", HOSTILE, ids=lambda raw: f"{raw[:8]!r} {len(raw)}")
@pytest.mark.parametrize("part", ["clientDataJSON", "attestationObject", "authenticatorData", "signature"])
def test_whatever_stands_in_a_part_is_refused_and_does_no_more(part, raw):
    key, passkey = bound()
    if part in {"clientDataJSON", "attestationObject"}:
        with pytest.raises(Refused):
            CEREMONY.made(SITE, CHALLENGE, altered(made(authenticator()), part, text(raw)))
    if part != "attestationObject":
        with pytest.raises(Refused):
            look(altered(shown(key), part, text(raw)), passkey)


@pytest.mark.parametrize("value", [None, 1, [], {}, "%%%", "\ud800", True])
@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature"])
def test_a_part_of_another_type_is_refused(part, value):
    key, passkey = bound()
    with pytest.raises(Refused):
        look(altered(shown(key), part, value), passkey)


@pytest.mark.parametrize("name", ["id", "rawId", "type", "response"])
@pytest.mark.parametrize("value", [None, 1, [], {}, "AAAA"])
def test_a_frame_that_is_not_as_it_should_be_is_refused(name, value):
    key, passkey = bound()
    with pytest.raises(Refused):
        look(shown(key) | {name: value}, passkey)
    with pytest.raises(Refused):
        CEREMONY.made(SITE, CHALLENGE, made(key) | {name: value})


def test_what_is_too_long_is_refused():
    key, passkey = bound()
    with pytest.raises(Refused):
        look(shown(key) | {"more": "x" * MAX_JSON}, passkey)
    with pytest.raises(Refused):
        CEREMONY.made(SITE, CHALLENGE, made(authenticator()) | {"more": "x" * MAX_JSON})


@pytest.mark.parametrize(
    "public",
    [{}, [], "x", {1: 2}, {1: 2, 3: -7, -1: 1, -2: b"", -3: b""}, {1: 2, 3: 0, -1: 1, -2: bytes(32), -3: bytes(32)}],
)
def test_a_key_that_is_none_opens_nothing(public):
    key = authenticator()
    attested = bytes(16) + len(key.id).to_bytes(2, "big") + key.id + cbor2.dumps(public)
    data = key.data(key.flags | ATTESTED) + attested
    said = altered(made(key), "attestationObject", text(cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})))
    with pytest.raises(Refused):
        look(shown(key), CEREMONY.made(SITE, CHALLENGE, said))


def test_a_refusal_is_short_and_can_be_written_down():
    key, passkey = bound()
    for origin in ("https://" + "x" * 5000, "https://\ud800.example", "https://\x1b[31m.example\n"):
        with pytest.raises(Refused) as error:
            look(client(shown(key), origin=origin), passkey)
        assert len(str(error.value).encode()) < 1000
        assert str(error.value).isprintable()


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_be_refused(raw):
    key, passkey = bound()
    for said in (altered(shown(key), "authenticatorData", text(raw)), altered(shown(key), "clientDataJSON", text(raw))):
        with pytest.raises(Refused):
            look(said, passkey)
    with pytest.raises(Refused):
        CEREMONY.made(SITE, CHALLENGE, altered(made(key), "attestationObject", text(raw)))
