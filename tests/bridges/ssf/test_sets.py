import asyncio
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.bridges.ssf.keys import KeyCache
from nameplate.bridges.ssf.sets import MAX_BYTES, Refusal, Trust, verify
from tests.bridges.ssf.signer import AUDIENCE, DISABLED, ISSUER, Signer, b64

SIGNER, OTHER, WEAK = Signer(), Signer(), Signer("weak", 1024)
TRUST = Trust(ISSUER, AUDIENCE)
KEYS = json.dumps({"keys": [SIGNER.jwk, SIGNER.ec_jwk, WEAK.jwk]}).encode()


def taken(raw, now=None, keys=KEYS):
    async def fetch():
        return keys

    cache = KeyCache(fetch, time.monotonic)
    return asyncio.run(verify(raw, TRUST, cache, now or int(time.time())))


def claims(**more):
    return SIGNER.claims(**more)


@pytest.mark.parametrize(
    "header", [{}, {"alg": "ES256", "kid": "k1-ec"}, {"typ": "SecEvent+JWT"}, {"alg": "ES256", "kid": None}]
)
def test_a_token_that_holds_is_taken(header):
    token = taken(SIGNER.token(claims(toe=1_700_000_000), **header))
    assert (token.uri, token.subject["sub"], token.happened_at) == (DISABLED, "amr-1", 1_700_000_000)


def test_one_of_several_audiences_may_be_ours_and_unknown_claims_are_ignored():
    assert taken(SIGNER.token(claims(aud=["https://x.example", AUDIENCE], more={"x": 1}))).jti


def test_an_event_never_happened_after_its_token_was_issued():
    now = int(time.time())
    said = SIGNER.claims(event={"event_timestamp": now + 9_999}, iat=now)
    assert taken(SIGNER.token(said)).happened_at == now


REFUSED = {
    "typ missing": (SIGNER.token(typ=None), "invalid_request"),
    "typ of another class": (SIGNER.token(typ="JWT"), "invalid_request"),
    "alg none": (SIGNER.token(alg="none"), "invalid_key"),
    "alg None in capitals": (SIGNER.token(alg="None"), "invalid_key"),
    "alg HS256 with the public key": (SIGNER.token(alg="HS256"), "invalid_key"),
    "alg that is not allowed": (SIGNER.token(alg="PS256"), "invalid_key"),
    "alg of another kind of key": (SIGNER.token(alg="ES256", kid="k1"), "invalid_key"),
    "unknown kid": (SIGNER.token(kid="k9"), "invalid_key"),
    "kid that is no text": (SIGNER.token(kid=7), "invalid_key"),
    "no kid among several keys": (SIGNER.token(kid=None), "invalid_key"),
    "weak key": (WEAK.token(), "invalid_key"),
    "key of somebody else": (OTHER.token(), "authentication_failed"),
    "critical header": (SIGNER.token(crit=["b64"], b64=False), "invalid_request"),
    "sub present": (SIGNER.token(claims(sub="amr-1")), "invalid_request"),
    "exp present": (SIGNER.token(claims(exp=9_999_999_999)), "invalid_request"),
    "iss of another": (SIGNER.token(claims(iss="https://evil.example")), "invalid_issuer"),
    "iss with a slash more": (SIGNER.token(claims(iss=f"{ISSUER}/")), "invalid_issuer"),
    "iss missing": (SIGNER.token({**claims(), "iss": None}), "invalid_issuer"),
    "aud of another": (SIGNER.token(claims(aud="https://other.example")), "invalid_audience"),
    "aud missing": (SIGNER.token({**claims(), "aud": None}), "invalid_audience"),
    "aud empty": (SIGNER.token(claims(aud=[])), "invalid_audience"),
    "jti missing": (SIGNER.token({**claims(), "jti": None}), "invalid_request"),
    "jti too long": (SIGNER.token(claims(jti="j" * 256)), "invalid_request"),
    "iat missing": (SIGNER.token({**claims(), "iat": None}), "invalid_request"),
    "iat in the future": (SIGNER.token(claims(iat=int(time.time()) + 3_600)), "invalid_request"),
    "iat 31 days old": (SIGNER.token(claims(iat=int(time.time()) - 31 * 86_400)), "invalid_request"),
    "iat that is a truth value": (SIGNER.token(claims(iat=True)), "invalid_request"),
    "several events": (SIGNER.token(claims(events={DISABLED: {}, f"{DISABLED}2": {}})), "invalid_request"),
    "no event": (SIGNER.token(claims(events={})), "invalid_request"),
    "event that is no object": (SIGNER.token(claims(events={DISABLED: 1})), "invalid_request"),
    "events that are a list": (SIGNER.token(claims(events=[DISABLED])), "invalid_request"),
    "sub_id missing": (SIGNER.token({**claims(), "sub_id": None}), "invalid_request"),
    "oversize": (b"x" * (MAX_BYTES + 1), "invalid_request"),
    "oversize and signed": (SIGNER.token(claims(txn="t" * MAX_BYTES)), "invalid_request"),
    "payload not JSON": (SIGNER.token(b"{nope"), "invalid_request"),
    "payload no object": (SIGNER.token(b"[]"), "invalid_request"),
    "payload too deep": (SIGNER.token(b"[" * 40_000), "invalid_request"),
    "no token at all": (b"hello", "invalid_request"),
    "empty": (b"", "invalid_request"),
    "header not JSON": (b"%b.e30.AA" % b64(b"{").encode(), "invalid_request"),
    "header a list": (b"%b.e30.AA" % b64(b"[]").encode(), "invalid_request"),
    "JSON serialization": (json.dumps({"payload": "e30", "signatures": []}).encode(), "invalid_request"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_every_other_is_refused_with_the_code_of_its_rule(case):
    raw, code = REFUSED[case]
    with pytest.raises(Refusal) as refused:
        taken(raw)
    assert refused.value.code == code
    assert "amr-1" not in refused.value.description


def test_what_was_changed_after_it_was_signed_is_refused():
    head, body, signature = SIGNER.token().split(b".")
    other = SIGNER.token(claims(jti="x")).split(b".")[1]
    for raw in (b".".join((head, other, signature)), b".".join((head, body, signature[:-8] + b"AAAAAAAA"))):
        with pytest.raises(Refusal) as refused:
            taken(raw)
        assert refused.value.code == "authentication_failed"


def test_a_key_of_ours_to_be_kept_secret_is_no_key_for_signatures():
    secret = json.dumps({"keys": [{"kty": "oct", "kid": "k1", "k": "c2VjcmV0"}]}).encode()
    with pytest.raises(Refusal) as refused:
        taken(SIGNER.token(alg="HS256"), keys=secret)
    assert refused.value.code == "invalid_key"


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "replace")))
def test_whatever_else_comes_is_refused_and_nothing_breaks(raw):
    with pytest.raises(Refusal):
        taken(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=9,
)


@given(st.dictionaries(st.sampled_from(["iss", "aud", "jti", "iat", "events", "sub_id", "sub", "exp", "toe"]), JSON))
def test_signed_nonsense_is_taken_or_refused_and_nothing_breaks(more):
    try:
        token = taken(SIGNER.token({**claims(), **more}))
    except Refusal:
        return
    assert token.happened_at <= token.issued_at
