"""Ephemeral ECDH (SP 800-56A), HKDF-SHA256 (RFC 5869) and AES-128-CCM with a tag of eight bytes (RFC 3610)."""

import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from nameplate.domain.presence import NONCE_SIZE, TAG_SIZE, VERSION, Answer, Challenge

from .points import CURVE, decode_point, encode_point, verify

_LABEL = b"nameplate presence 1"
_KEY_SIZE = 16
# Safe only because every key seals exactly one message: both halves are fresh and the salt is the nonce.
_CCM_NONCE = bytes(13)
_known_point = lru_cache(maxsize=4096)(decode_point)


class P256Channel:
    """The shared secret of two halves."""

    def __init__(self, shared: bytes) -> None:
        self._shared = shared

    def seal(self, challenge: Challenge, ephemeral: bytes, proof: bytes) -> bytes:
        """Encrypt and authenticate `proof`."""
        return self._cipher(challenge).encrypt(_CCM_NONCE, proof, _associated(challenge, ephemeral))

    def open(self, challenge: Challenge, answer: Answer) -> bytes | None:
        """The proof inside `answer`, None when it was not sealed for this challenge and place."""
        try:
            return self._cipher(challenge).decrypt(_CCM_NONCE, answer.sealed, _associated(challenge, answer.ephemeral))
        except InvalidTag:
            return None

    def _cipher(self, challenge: Challenge) -> AESCCM:
        kdf = HKDF(SHA256(), _KEY_SIZE, salt=challenge.nonce, info=_LABEL + challenge.place)
        return AESCCM(kdf.derive(self._shared), tag_length=TAG_SIZE)


class P256Half:
    """One side's ephemeral key pair."""

    def __init__(self, private: ec.EllipticCurvePrivateKey) -> None:
        self._private = private
        self.public = encode_point(private.public_key())

    def agree(self, peer: bytes) -> P256Channel:
        """Meet the other side's point; raises Invalid when it is none."""
        return P256Channel(self._private.exchange(ec.ECDH(), decode_point(peer)))


class P256Agreement:
    """Makes halves and nonces, checks signatures."""

    def half(self) -> P256Half:
        """A fresh ephemeral key pair."""
        return P256Half(ec.generate_private_key(CURVE))

    def nonce(self) -> bytes:
        """Sixteen random bytes."""
        return secrets.token_bytes(NONCE_SIZE)

    def verify(self, public: bytes, message: bytes, signature: bytes) -> bool:
        """Whether `signature` over `message` was made with the key of `public`; raises Invalid on a bad point."""
        return verify(_known_point(public), message, signature)


def _associated(challenge: Challenge, ephemeral: bytes) -> bytes:
    return challenge.encode() + bytes([VERSION]) + ephemeral
