"""The bytes of the store: see the table in `README.md`. Pure, but for the system's random numbers."""

import hmac
import os
import struct
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from .errors import StoreDamaged, WrongPassphrase

MAGIC = b"nameplate-keys"
CHOSEN, RANDOM = VERSIONS = (1, 2)
"""By how the key is derived: from what somebody chose, or from 256 random bits that nobody can guess."""

_HEAD = struct.Struct(f">{len(MAGIC)}sB16s16s12sI")
_TAG_SIZE = 16


class Unlocked(NamedTuple):
    """What is made of the passphrase. Shows nothing of itself."""

    version: int
    salt: bytes
    check: bytes
    key: bytes

    def __repr__(self) -> str:
        """Without the key."""
        return "Unlocked(...)"


def unlock(passphrase: bytes, salt: bytes, version: int = CHOSEN) -> Unlocked:
    """Derive the key: scrypt (RFC 7914) takes about 0.2 s and 32 MiB, on purpose; HKDF (RFC 5869) next to nothing."""
    if version == RANDOM:
        derived = HKDF(SHA256(), 48, salt, MAGIC).derive(passphrase)
    else:
        derived = Scrypt(salt=salt, length=48, n=2**15, r=8, p=3).derive(passphrase)
    return Unlocked(version, salt, derived[32:], derived[:32])


def new_lock(passphrase: bytes, version: int = CHOSEN) -> Unlocked:
    """The key for a new store."""
    return unlock(passphrase, os.urandom(16), version)


def seal(content: bytes, lock: Unlocked) -> bytes:
    """Encrypt and authenticate."""
    nonce = os.urandom(12)
    head = _HEAD.pack(MAGIC, lock.version, lock.salt, lock.check, nonce, len(content) + _TAG_SIZE)
    return head + AESGCM(lock.key).encrypt(nonce, content, head)


def open_sealed(sealed: bytes, passphrase: bytes) -> tuple[bytes, Unlocked]:
    """The content, and the key to seal it with again. Raises `StoreDamaged` or `WrongPassphrase`."""
    head, body = sealed[: _HEAD.size], sealed[_HEAD.size :]
    if len(head) < _HEAD.size:
        raise StoreDamaged("it is cut short")
    magic, version, salt, check, nonce, length = _HEAD.unpack(head)
    if magic != MAGIC:
        raise StoreDamaged("this is not a key store")
    if version not in VERSIONS:
        raise StoreDamaged(f"it has format version {version}, this program reads {CHOSEN} and {RANDOM}")
    if len(body) != length:
        raise StoreDamaged("it is cut short" if len(body) < length else "there is more than belongs to it")
    lock = unlock(passphrase, salt, version)
    if not hmac.compare_digest(lock.check, check):
        raise WrongPassphrase
    try:
        return AESGCM(lock.key).decrypt(nonce, body, head), lock
    except InvalidTag:
        raise StoreDamaged("it was altered") from None
