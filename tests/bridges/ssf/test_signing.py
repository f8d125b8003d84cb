import asyncio
import json
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from nameplate.bridges.ssf.keys import KeyCache
from nameplate.bridges.ssf.sets import Refusal, Trust, verify
from nameplate.bridges.ssf.signing import Signer
from tests.bridges.ssf.signer import DISABLED

ISSUER, AUDIENCE = "https://nameplate.example", "https://nameplate.example/ssf/siem"


def pem():
    key = rsa.generate_private_key(65_537, 2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


PEM = pem()
EC = ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def verified(token, jwks, audience=AUDIENCE):
    async def fetch():
        return json.dumps(jwks).encode()

    keys = KeyCache(fetch, time.monotonic)
    return asyncio.run(verify(token.encode(), Trust(ISSUER, audience), keys, int(time.time())))


def test_what_we_sign_is_taken_by_whoever_knows_our_key_and_is_meant():
    signer = Signer(ISSUER, PEM)
    token = signer.sign(AUDIENCE, "n1-7-0", int(time.time()), DISABLED, {}, signer.actor("amr-1"))
    taken = verified(token, signer.jwks)
    assert (taken.jti, taken.uri, taken.subject["sub"]) == ("n1-7-0", DISABLED, "amr-1")
    with pytest.raises(Refusal):
        verified(token, signer.jwks, "https://other.example")
    with pytest.raises(Refusal):
        verified(token, Signer(ISSUER, pem()).jwks)


def test_the_key_that_we_show_is_public_and_keeps_its_name():
    signer = Signer(ISSUER, PEM.ljust(2048, b"\n"))
    (key,) = signer.jwks["keys"]
    assert set(key) == {"kty", "n", "e", "kid", "use", "alg"}
    assert Signer(ISSUER, PEM).kids == signer.kids
    assert "PRIVATE" not in repr(vars(signer))


def test_who_wants_es256_gets_it_by_a_key_of_its_own():
    signer = Signer(ISSUER, PEM, EC.ljust(2048, b"\n"))
    token = signer.sign(AUDIENCE, "n1-7-0", int(time.time()), DISABLED, {}, signer.actor("amr-1"), "ES256")
    assert verified(token, signer.jwks).jti == "n1-7-0"
    rsa_alone = {"keys": [each for each in signer.jwks["keys"] if each["alg"] == "RS256"]}
    with pytest.raises(Refusal):
        verified(token, rsa_alone)
    assert [(each["alg"], "d" in each) for each in signer.jwks["keys"]] == [("RS256", False), ("ES256", False)]
    with pytest.raises(KeyError):
        Signer(ISSUER, PEM).sign(AUDIENCE, "n1-7-0", 1, DISABLED, {}, {}, "ES256")
