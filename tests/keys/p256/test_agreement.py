import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from nameplate.domain.presence import Answer, Challenge
from nameplate.keys.p256.agreement import P256Channel, P256Half
from nameplate.keys.p256.points import CURVE, encode_point

SHARED, PROOF = bytes(range(32)), bytes(range(84))
CHALLENGE = Challenge(b"\x02" * 33, b"n" * 16, b"place--A")
EPHEMERAL = b"\x03" * 33


def hkdf_sha256(secret: bytes, salt: bytes, info: bytes) -> bytes:
    """RFC 5869 for up to 32 bytes, written out: a second opinion on the key."""
    extracted = hmac.digest(salt, secret, hashlib.sha256)
    return hmac.digest(extracted, info + b"\x01", hashlib.sha256)


def test_the_second_opinion_agrees_with_rfc_5869_test_case_1():
    salt, info = bytes(range(13)), bytes(range(0xF0, 0xFA))
    expected = "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
    assert hkdf_sha256(b"\x0b" * 22, salt, info).hex() == expected


def test_the_key_the_nonce_and_the_associated_data_are_those_of_the_protocol():
    key = hkdf_sha256(SHARED, CHALLENGE.nonce, b"nameplate presence 1place--A")[:16]
    associated = CHALLENGE.encode() + b"\x01" + EPHEMERAL
    expected = AESCCM(key, tag_length=8).encrypt(bytes(13), PROOF, associated)
    assert P256Channel(SHARED).seal(CHALLENGE, EPHEMERAL, PROOF) == expected
    assert P256Channel(SHARED).open(CHALLENGE, Answer(EPHEMERAL, expected)) == PROOF


def test_the_shared_secret_is_that_of_rfc_5903_section_8_1():
    mine = ec.derive_private_key(0xC88F01F510D9AC3F70A292DAA2316DE544E9AAB8AFE84049C62A9C57862D1433, CURVE)
    peer = ec.derive_private_key(0xC6EF9C5D78AE012A011164ACB397CE2088685D8F06BF9BE0B283AB46476BEE53, CURVE)
    shared = bytes.fromhex("D6840F6B42F6EDAFD13116E0E12565202FEF8E9ECE7DCE03812464D04B9442DE")
    sealed = P256Channel(shared).seal(CHALLENGE, EPHEMERAL, PROOF)
    channel = P256Half(mine).agree(encode_point(peer.public_key()))
    assert channel.open(CHALLENGE, Answer(EPHEMERAL, sealed)) == PROOF


@pytest.mark.parametrize("sealed", [b"", b"x" * 7, b"x" * 8, b"x" * 200])
def test_a_sealed_part_of_any_size_opens_nothing(sealed):
    assert P256Channel(SHARED).open(CHALLENGE, Answer(EPHEMERAL, sealed)) is None
