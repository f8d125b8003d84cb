import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.errors import Invalid
from nameplate.keys.p256.points import CURVE, decode_point, encode_point, sign, verify

# RFC 6979, appendix A.2.5: P-256, SHA-256. Its second s is a high one.
RFC6979_POINT = bytes.fromhex("0360FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6")
RFC6979_SAMPLE = bytes.fromhex(
    "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"
    "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"
)
RFC6979_TEST = bytes.fromhex(
    "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367"
    "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083"
)
ORDER = CURVE.group_order
PRIVATE = ec.generate_private_key(CURVE)


def number(value: int) -> bytes:
    return value.to_bytes(32, "big")


@pytest.mark.parametrize(("message", "signature"), [(b"sample", RFC6979_SAMPLE), (b"test", RFC6979_TEST)])
def test_published_signatures_verify(message, signature):
    assert verify(decode_point(RFC6979_POINT), message, signature)
    assert not verify(decode_point(RFC6979_POINT), message + b".", signature)


def test_both_forms_of_s_verify():
    r, s = RFC6979_SAMPLE[:32], int.from_bytes(RFC6979_SAMPLE[32:], "big")
    assert s > ORDER // 2
    assert verify(decode_point(RFC6979_POINT), b"sample", r + number(ORDER - s))


@given(st.binary(max_size=300))
def test_what_is_signed_verifies(message):
    signature = sign(PRIVATE, message)
    assert len(signature) == 64
    assert verify(PRIVATE.public_key(), message, signature)


@pytest.mark.parametrize("value", [0, ORDER, ORDER + 1, 2**256 - 1])
@pytest.mark.parametrize("half", ["r", "s"])
def test_numbers_out_of_range_never_verify(value, half):
    good = sign(PRIVATE, b"message")
    bad = number(value) + good[32:] if half == "r" else good[:32] + number(value)
    assert not verify(PRIVATE.public_key(), b"message", bad)


@pytest.mark.parametrize("size", [0, 63, 65, 72])
def test_another_size_never_verifies(size):
    assert not verify(PRIVATE.public_key(), b"message", (sign(PRIVATE, b"message") + bytes(8))[:size])


def test_a_longer_spelling_of_the_same_numbers_never_verifies():
    assert not verify(decode_point(RFC6979_POINT), b"test", RFC6979_TEST[:32] + b"\x00" + RFC6979_TEST[32:])


@given(st.binary(min_size=64, max_size=64))
def test_made_up_signatures_never_verify(signature):
    assert not verify(PRIVATE.public_key(), b"message", signature)


def test_a_point_survives_the_wire():
    data = encode_point(PRIVATE.public_key())
    assert len(data) == 33
    assert encode_point(decode_point(data)) == data


def test_an_uncompressed_point_is_invalid():
    data = PRIVATE.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    with pytest.raises(Invalid):
        decode_point(data)


@given(st.binary(max_size=70))
def test_any_bytes_are_a_point_or_invalid(data):
    try:
        point = decode_point(data)
    except Invalid:
        return
    assert encode_point(point) == data
