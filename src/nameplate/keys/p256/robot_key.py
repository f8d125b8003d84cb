"""A robot's key in its state folder: `key.pem` (PKCS #8), `unit.json` (who it is), `counter`.

A file can be copied by whoever owns the machine. The counter is what gives a copy away: it is on the disk before the
answer that uses it leaves, so no crash uses a number twice, and the site refuses a number that is not new.
"""

from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from nameplate.domain.errors import Conflict, NotFound
from nameplate.domain.presence import MAX_COUNTER, key_handle
from nameplate.ports.agreement import UnitIdentity

from .files import locked, make_folder, read_private, write_private
from .points import CURVE, encode_point, sign

_KEY, _UNIT, _COUNTER = "key.pem", "unit.json", "counter"
_ENROL_AGAIN = "Enrol this unit again with a new code."


class FreshKey:
    """A key pair that no site knows yet. It stays in memory until it is bound.

    `folder` is made at once: better no place for a key than a code spent on a key that cannot be kept.
    """

    def __init__(self, folder: Path) -> None:
        make_folder(folder)
        with locked(folder):
            self._folder = folder
        self._private = ec.generate_private_key(CURVE)
        self.public = encode_point(self._private.public_key())

    def sign(self, message: bytes) -> bytes:
        """ECDSA with SHA-256 as r || s."""
        return sign(self._private, message)

    def bind(self, identity: UnitIdentity) -> "RobotKey":
        """Keep the key, in the place of any earlier one. The counter goes on from where it was."""
        folder = self._folder
        if identity.key_handle != key_handle(self.public):
            raise Conflict("wrong_key", "The site bound another key than the one it was sent.", _ENROL_AGAIN)
        with locked(folder):
            write_private(folder / _COUNTER, str(_counter_or_zero(folder)).encode())
            write_private(folder / _KEY, _pem(self._private))
            write_private(folder / _UNIT, msgspec.json.encode(identity._asdict()))
        return RobotKey(folder)


class RobotKey:
    """The key of an enrolled unit. Raises NotFound, Refused or Conflict when `folder` does not hold a usable one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._private = _private_key(read_private(folder / _KEY))
        self.public = encode_point(self._private.public_key())
        self.identity = _identity(read_private(folder / _UNIT))
        if self.identity.key_handle != key_handle(self.public):
            raise Conflict("wrong_key", f"{folder} holds a key and a name that do not belong together.", _ENROL_AGAIN)
        _read_counter(folder)

    def sign(self, message: bytes) -> bytes:
        """ECDSA with SHA-256 as r || s."""
        return sign(self._private, message)

    def next_counter(self) -> int:
        """A number higher than any before, on the disk before it is returned. Safe between processes."""
        # One at a time, not in blocks: a copy then starts where the original was, and is caught by its first answer
        # if the original has shown itself since.
        with locked(self._folder):
            counter = _read_counter(self._folder) + 1
            if counter > MAX_COUNTER:
                raise Conflict("counter_spent", "This key has no numbers left.", _ENROL_AGAIN)
            write_private(self._folder / _COUNTER, str(counter).encode())
            return counter


def _pem(private: ec.EllipticCurvePrivateKey) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _private_key(pem: bytes) -> ec.EllipticCurvePrivateKey:
    try:
        private = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        raise _unusable(_KEY) from None
    if not isinstance(private, ec.EllipticCurvePrivateKey) or private.curve.name != CURVE.name:
        raise _unusable(_KEY)
    return private


def _identity(data: bytes) -> UnitIdentity:
    try:
        return UnitIdentity(**msgspec.json.decode(data, type=dict[str, str]))
    except (msgspec.DecodeError, TypeError):
        raise _unusable(_UNIT) from None


def _read_counter(folder: Path) -> int:
    text = read_private(folder / _COUNTER)
    if not text.isdigit() or int(text) > MAX_COUNTER:
        raise _unusable(_COUNTER)
    return int(text)


def _counter_or_zero(folder: Path) -> int:
    try:
        return _read_counter(folder)
    except (NotFound, Conflict):
        # Only when a new key is bound, and a site counts each key from zero.
        return 0


def _unusable(name: str) -> Conflict:
    # Never quotes what the file holds.
    return Conflict("unusable", f"The file {name} of this unit cannot be used.", _ENROL_AGAIN)
