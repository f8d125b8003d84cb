"""ID tokens: each way in which one can be wrong is refused, by itself."""

import base64
import hmac
import json

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

from nameplate.bridges.oidc.wire import (
    Expected,
    asked,
    checked,
    claims_of,
    ended_at,
    expected_of,
    returned,
    scope_of,
    vouched,
)
from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.domain.errors import Refused
from nameplate.ports.company import Vouched

NOW, ISSUER, NONCE = 1_800_000_000, "https://idp.example", "n-1"
EXPECTED = Expected(ISSUER, "nameplate", ("urn:strong", "urn:stronger"), ("hwk", "pin"), 600)
GOOD = {
    "iss": ISSUER,
    "aud": "nameplate",
    "sub": "u-1",
    "exp": NOW + 60,
    "iat": NOW,
    "nonce": NONCE,
    "acr": "urn:strong",
    "amr": ["pin", "hwk", "user"],
    "auth_time": NOW - 30,
}
RSA = RSAKey.generate_key(2048, {"kid": "r", "alg": "RS256", "use": "sig"})
EC = ECKey.generate_key("P-256", {"kid": "e"})
KEYS = KeySet([RSA, EC]).as_dict(private=False)


def why(claims, expected=EXPECTED, nonce=NONCE):
    with pytest.raises(Refused) as refused:
        checked(claims, expected, nonce, NOW)
    return refused.value.code.removeprefix("oidc_")


def without(name):
    return {key: value for key, value in GOOD.items() if key != name}


def test_a_good_token_names_its_person():
    assert checked(GOOD, EXPECTED, NONCE, NOW) == "u-1"
    assert checked(GOOD | {"aud": ["nameplate"]}, EXPECTED, NONCE, NOW) == "u-1"
    assert checked(GOOD | {"aud": ["nameplate", "x"], "azp": "nameplate"}, EXPECTED, NONCE, NOW) == "u-1"
    assert checked(GOOD | {"auth_time": NOW - 0.5, "exp": NOW + 0.5}, EXPECTED, NONCE, NOW) == "u-1"
    assert checked(without("acr") | {"amr": "pwd"}, EXPECTED._replace(acr=(), amr=()), NONCE, NOW) == "u-1"


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        (GOOD | {"iss": "https://idp.example/"}, "issuer"),
        (GOOD | {"iss": "https://evil.example"}, "issuer"),
        (without("iss"), "issuer"),
        (GOOD | {"aud": "nameplate2"}, "audience"),
        (GOOD | {"aud": ["other"]}, "audience"),
        (GOOD | {"aud": ["nameplate", "other"]}, "audience"),
        (GOOD | {"aud": {"nameplate": 1}}, "audience"),
        (GOOD | {"azp": "other"}, "audience"),
        (without("aud"), "audience"),
        (GOOD | {"exp": NOW - 60}, "expired"),
        (GOOD | {"exp": str(NOW + 60)}, "expired"),
        (GOOD | {"exp": float("inf")}, "expired"),
        (GOOD | {"exp": True}, "expired"),
        (without("exp"), "expired"),
        (GOOD | {"iat": NOW + 61}, "issued"),
        (without("iat"), "issued"),
        (GOOD | {"nonce": "n-2"}, "nonce"),
        (GOOD | {"nonce": None}, "nonce"),
        (GOOD | {"nonce": "ñ"}, "nonce"),
        (without("nonce"), "nonce"),
        (GOOD | {"acr": "urn:weak"}, "acr"),
        (GOOD | {"acr": ["urn:strong"]}, "acr"),
        (without("acr"), "acr"),
        (GOOD | {"amr": ["pwd"]}, "amr"),
        (GOOD | {"amr": ["hwk"]}, "amr"),
        (GOOD | {"amr": "hwk pin"}, "amr"),
        (GOOD | {"amr": [["hwk"], "pin"]}, "amr"),
        (without("amr"), "amr"),
        (GOOD | {"auth_time": NOW - 661}, "auth_time"),
        (GOOD | {"auth_time": NOW + 61}, "auth_time"),
        (GOOD | {"auth_time": str(NOW)}, "auth_time"),
        (without("auth_time"), "auth_time"),
        (GOOD | {"sub": ""}, "subject"),
        (GOOD | {"sub": 7}, "subject"),
        (without("sub"), "subject"),
        ({}, "issuer"),
    ],
)
def test_a_claim_that_is_wrong_or_missing_refuses(claims, code):
    assert why(claims) == code


def test_without_a_nonce_of_ours_nothing_is_accepted():
    assert why(GOOD | {"nonce": ""}, nonce="") == "nonce"


def test_a_mail_address_counts_only_when_it_is_verified():
    expected = EXPECTED._replace(match="email")
    mail = {"email": "ada@clinic.example"}
    assert checked(GOOD | mail | {"email_verified": True}, expected, NONCE, NOW) == "ada@clinic.example"
    for more in ({}, {"email_verified": "true"}, {"email_verified": False}):
        assert why(GOOD | mail | more, expected) == "subject"


@pytest.mark.parametrize("key", [RSA, EC])
def test_a_signature_of_the_provider_is_accepted(key):
    alg = "RS256" if key is RSA else "ES256"
    token = jwt.encode({"alg": alg, "kid": key.kid}, GOOD, key)
    assert claims_of(token, KEYS) == GOOD


def _token(header, key=RSA):
    return jwt.encode(header, GOOD, key, algorithms=["RS256"])


def _by_hand(alg, *, signature):
    """What no library would make: unsigned, or signed with the public key as if it were a secret."""
    parts = [json.dumps(each).encode() for each in ({"alg": alg, "kid": "r"}, GOOD)]
    head = b".".join(base64.urlsafe_b64encode(each).rstrip(b"=") for each in parts)
    made = hmac.digest(RSA.as_pem(private=False), head, "sha256") if signature else b""
    return (head + b"." + base64.urlsafe_b64encode(made).rstrip(b"=")).decode()


BAD = {
    "of another key": lambda: _token({"alg": "RS256", "kid": "r"}, RSAKey.generate_key(2048)),
    "of an unknown key": lambda: _token({"alg": "RS256", "kid": "unknown"}),
    "of no key": lambda: _token({"alg": "RS256"}),
    "of a key of another kind": lambda: _token({"alg": "RS256", "kid": "e"}),
    "with the public key as a secret": lambda: _by_hand("HS256", signature=True),
    "unsigned": lambda: _by_hand("none", signature=False),
    "altered": lambda: _token({"alg": "RS256", "kid": "r"})[:-3] + "AAA",
    "with too many parts": lambda: _token({"alg": "RS256", "kid": "r"}).replace(".", "..", 1),
    "empty": lambda: "",
    "short": lambda: "a.b.c",
    "not ASCII": lambda: "é.é.é",
    "long": lambda: "." * 100_000,
}


@pytest.mark.parametrize("name", BAD)
def test_any_other_signature_is_refused(name):
    with pytest.raises(Refused):
        claims_of(BAD[name](), KEYS)


@pytest.mark.parametrize("keys", [{}, {"keys": []}, {"keys": [{}]}, {"keys": "x"}])
def test_keys_that_are_none_accept_nothing(keys):
    with pytest.raises(Refused):
        claims_of(_token({"alg": "RS256", "kid": "r"}), keys)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"code": "c"}, "state"),
        ({"code": "c", "state": "s2"}, "state"),
        ({"code": "c", "state": "ß"}, "state"),
        ({"state": "s"}, "code"),
        ({"state": "s", "code": ""}, "code"),
        ({"state": "s", "error": "access_denied"}, "provider"),
        ({"state": "s", "error": "x", "code": "c"}, "provider"),
        ({"state": "s", "code": "c", "iss": "https://evil.example"}, "issuer"),
    ],
)
def test_what_comes_back_must_be_what_was_begun(said, code):
    with pytest.raises(Refused) as refused:
        returned(said, "s", ISSUER, names_itself=False)
    assert refused.value.code == f"oidc_{code}"


@pytest.mark.parametrize(
    ("known", "scope"),
    [
        ({}, "openid profile email groups"),
        ({"scopes_supported": ["openid", "email", "phone"]}, "openid email"),
        ({"scopes_supported": []}, "openid"),
        ({"scopes_supported": "groups"}, "openid profile email groups"),
        ({"scopes_supported": [7]}, "openid profile email groups"),
    ],
)
def test_only_scopes_that_the_provider_knows_are_asked_for(known, scope):
    assert scope_of(known) == scope


def test_a_provider_that_names_itself_must_always():
    assert returned({"state": "s", "code": "c"}, "s", ISSUER, names_itself=False) == "c"
    assert returned({"state": "s", "code": "c", "iss": ISSUER}, "s", ISSUER, names_itself=True) == "c"
    with pytest.raises(Refused):
        returned({"state": "s", "code": "c"}, "s", ISSUER, names_itself=True)
    with pytest.raises(Refused):
        returned({"state": "", "code": "c"}, "", ISSUER, names_itself=False)


def test_what_else_the_provider_says_is_of_the_same_person():
    found = vouched("u-1", GOOD, {"sub": "u-1", "name": "Ada", "groups": ["a", 7, "b", ""]}, EXPECTED)
    assert found == Vouched("u-1", "Ada", "", ("a", "b"), "u-1")
    assert vouched("u-1", GOOD | {"sid": "s-1"}, {}, EXPECTED).session == "s-1"
    assert vouched("u-1", GOOD | {"sid": ["s-1"]}, {"sub": "u-1", "sid": "s-2"}, EXPECTED).session == ""
    assert vouched("u-1", GOOD | {"groups": "a"}, {}, EXPECTED).groups == ("a",)
    assert vouched("u-1", GOOD | {"groups": {"a": 1}, "name": "A\x1b[2J"}, {}, EXPECTED)[1:4] == ("", "", ())
    with pytest.raises(Refused):
        vouched("u-1", GOOD, {"sub": "u-2", "groups": ["owners"]}, EXPECTED)
    with pytest.raises(Refused):
        vouched("u-1", GOOD, {"groups": ["owners"]}, EXPECTED)


def test_a_bridge_says_what_is_expected_and_asked_for():
    options = {"client": "nameplate", "acr": "a, b", "amr": "hwk", "max_age": "60"}
    expected = expected_of(Bridge("i", "s", BridgeType.OIDC, ISSUER, options=options))
    assert expected == Expected(ISSUER, "nameplate", ("a", "b"), ("hwk",), 60)
    assert asked(expected)["max_age"] == "60"
    assert '"essential": true' in asked(expected)["claims"]
    odd = expected_of(Bridge("i", "s", BridgeType.OIDC, ISSUER, options={"client": "n", "max_age": "never"}))
    assert odd.max_age_s == 3600
    assert set(asked(odd)) == {"max_age"}


def test_signing_out_there_comes_back_here():
    assert ended_at("https://i.example/end?x=1", "n", "https://n.example/") == (
        "https://i.example/end?x=1&client_id=n&post_logout_redirect_uri=https%3A%2F%2Fn.example%2F"
    )
