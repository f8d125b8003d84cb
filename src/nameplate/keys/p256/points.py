"""Compressed points and raw signatures: the only two encodings of the presence protocol."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from nameplate.domain.errors import Invalid
from nameplate.domain.presence import POINT_SIZE, SIGNATURE_SIZE

CURVE = ec.SECP256R1()
_ECDSA = ec.ECDSA(SHA256())
_HALF = SIGNATURE_SIZE // 2


def encode_point(public: ec.EllipticCurvePublicKey) -> bytes:
    """The compressed point, 33 bytes (SEC 1, section 2.3.3)."""
    return public.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


def decode_point(data: bytes) -> ec.EllipticCurvePublicKey:
    """The public key of a compressed point; raises Invalid on other encodings and on what is not on the curve."""
    if len(data) != POINT_SIZE:
        raise Invalid("malformed", f"A public key is a compressed P-256 point of {POINT_SIZE} bytes.")
    try:
        return ec.EllipticCurvePublicKey.from_encoded_point(CURVE, data)
    except ValueError:
        raise Invalid("malformed", "A public key is not a point of the curve P-256.") from None


def sign(private: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """ECDSA with SHA-256 as r || s, each 32 bytes big-endian."""
    r, s = decode_dss_signature(private.sign(message, _ECDSA))
    return r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")


def verify(public: ec.EllipticCurvePublicKey, message: bytes, signature: bytes) -> bool:
    """Whether r || s verifies. Any other size, and r or s of zero or beyond the group order, does not.

    The higher of the two possible s is accepted: secure elements and TPMs produce either, and nothing here takes a
    signature as a unique name, since each is sealed to a challenge that is answered once.
    """
    if len(signature) != SIGNATURE_SIZE:
        return False
    r, s = (int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big"))
    if not (0 < r < CURVE.group_order and 0 < s < CURVE.group_order):
        return False
    try:
        public.verify(encode_dss_signature(r, s), message, _ECDSA)
    except InvalidSignature:
        return False
    return True
