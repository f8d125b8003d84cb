"""The `KeyStore` port on one encrypted file."""

import base64
import fcntl
import json
import os
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from nameplate.domain.errors import Conflict, Invalid, NotFound, Unavailable
from nameplate.domain.names import is_key_name

from .errors import StoreDamaged, StoreInUse
from .private import make_private_directory, read_private, write_private
from .sealed import CHOSEN, RANDOM, new_lock, open_sealed, seal

MAX_SECRET = 64 * 1024
_SEED_SIZE = 32
_KINDS = ("keys", "secrets", "credentials", "successors")


class FileSigner:
    """The `Signer` port on a key in memory."""

    __slots__ = ("_key", "name", "public_key")

    def __init__(self, name: str, seed: bytes) -> None:
        """`seed` is the Ed25519 private key, 32 bytes."""
        self.name = name
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public_key = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """See `Signer`."""
        return self._key.sign(message)


class FileKeyStore:
    """The `KeyStore` port. One process at a time; its threads may share it."""

    def __init__(self, directory: Path, passphrase: bytes, *, random: bool = False) -> None:
        """Open or create the store in `directory`. `random`: nobody chose the passphrase, so nobody can guess it.

        Raises `WrongPassphrase`, `StoreDamaged`, `StoreExposed`, `StoreInUse`.
        """
        make_private_directory(directory)
        self._path = directory / "store"
        self._mutex = threading.Lock()
        self._claim = _claim(directory)
        try:
            sealed = read_private(self._path)
            if sealed is None:
                self._lock, self._content = new_lock(passphrase, RANDOM if random else CHOSEN), _Content({}, {}, {}, {})
            else:
                plain, self._lock = open_sealed(sealed, passphrase)
                self._content = _Content.decode(plain)
        except BaseException:
            os.close(self._claim)
            raise

    def signer(self, name: str) -> FileSigner:
        """See `KeyStore`."""
        with self._mutex:
            seed = self._content.keys.get(_checked(name))
            if seed is None:
                self._content.refuse_secret(name)
                seed = os.urandom(_SEED_SIZE)
                self._save(self._content.with_key(name, seed))
        return FileSigner(name, seed)

    def secret(self, name: str, size: int) -> bytes:
        """See `KeyStore`."""
        with self._mutex:
            value = self._content.secrets.get(_checked(name))
            if value is None:
                self._content.refuse_key(name)
                value = os.urandom(_checked_size(size))
                self._save(self._content.with_secret(name, value))
        if len(value) != size:
            raise Conflict("secret_size", f"The secret {name} has {len(value)} bytes, not {size}.", "Replace it.")
        return value

    def replace(self, name: str, value: bytes) -> None:
        """See `KeyStore`."""
        with self._mutex:
            self._content.refuse_key(_checked(name))
            _checked_size(len(value))
            self._save(self._content.with_secret(name, bytes(value)))

    def names(self) -> Sequence[str]:
        """See `KeyStore`."""
        with self._mutex:
            return sorted([*self._content.keys, *self._content.secrets])

    def next_signer(self, name: str) -> FileSigner:
        """See `KeyStore`."""
        with self._mutex:
            return FileSigner(name, self._successor(name, self._content.keys))

    def next_secret(self, name: str) -> bytes:
        """See `KeyStore`."""
        with self._mutex:
            return self._successor(name, self._content.secrets)

    def awaited(self) -> frozenset[str]:
        """See `KeyStore`."""
        with self._mutex:
            return frozenset(self._content.successors)

    def succeed(self, name: str) -> bool:
        """See `KeyStore`."""
        with self._mutex:
            waited = name in self._content.successors
            if waited:
                self._save(self._content.with_successor_in_force(name))
        return waited

    def forget_next(self, name: str) -> bool:
        """See `KeyStore`."""
        with self._mutex:
            waited = name in self._content.successors
            if waited:
                self._save(self._content.without_successor(name))
        return waited

    def credential(self, name: str) -> bytes:
        """See `KeyStore`."""
        with self._mutex:
            value = self._content.credentials.get(_checked(name))
        if value is None:
            raise NotFound("credential", f"There is no credential {name}.", f"Store it: nameplate key put {name}")
        return value

    def put_credential(self, name: str, value: bytes) -> None:
        """See `KeyStore`."""
        with self._mutex:
            _checked_size(len(value))
            self._save(self._content.with_credentials({**self._content.credentials, _checked(name): bytes(value)}))

    def remove_credential(self, name: str) -> None:
        """See `KeyStore`."""
        self.credential(name)
        with self._mutex:
            left = {other: value for other, value in self._content.credentials.items() if other != name}
            self._save(self._content.with_credentials(left))

    def credentials(self) -> list[str]:
        """See `KeyStore`."""
        with self._mutex:
            return sorted(self._content.credentials)

    def close(self) -> None:
        """Let other processes have the store."""
        with self._mutex:
            if self._claim >= 0:
                claim, self._claim = self._claim, -1
                os.close(claim)

    def _successor(self, name: str, former: Mapping[str, bytes]) -> bytes:
        if _checked(name) not in former:
            raise NotFound("key", f"There is no key {name} that another could succeed.")
        value = self._content.successors.get(name)
        if value is None:
            value = os.urandom(len(former[name]))
            self._save(self._content.with_successor(name, value))
        return value

    def _save(self, content: "_Content") -> None:
        """To the disk first: nobody is given a key that a crash could take back."""
        if self._claim < 0:
            raise Unavailable("keys_closed", "The key store is closed.", "Open it again.")
        try:
            write_private(self._path, seal(content.encode(), self._lock))
        except OSError as error:
            reason = f"The key store cannot be written: {error.strerror}."
            raise Unavailable("keys_unwritable", reason, "Free space on the disk or mend it.") from error
        self._content = content


class _Content:
    """What is inside, by name. Never changed in place. Has no readable form, so no log can show it."""

    __slots__ = _KINDS

    def __init__(
        self,
        keys: dict[str, bytes],
        secrets: dict[str, bytes],
        credentials: dict[str, bytes],
        successors: dict[str, bytes],
    ) -> None:
        self.keys = keys
        self.secrets = secrets
        self.credentials = credentials
        self.successors = successors

    def _but(self, kind: str, table: dict[str, bytes]) -> "_Content":
        return _Content(**{each: getattr(self, each) for each in _KINDS} | {kind: table})

    def with_key(self, name: str, seed: bytes) -> "_Content":
        return self._but("keys", {**self.keys, name: seed})

    def with_secret(self, name: str, value: bytes) -> "_Content":
        return self._but("secrets", {**self.secrets, name: value})

    def with_credentials(self, credentials: dict[str, bytes]) -> "_Content":
        return self._but("credentials", credentials)

    def with_successor(self, name: str, value: bytes) -> "_Content":
        return self._but("successors", {**self.successors, name: value})

    def without_successor(self, name: str) -> "_Content":
        return self._but("successors", {other: value for other, value in self.successors.items() if other != name})

    def with_successor_in_force(self, name: str) -> "_Content":
        value, left = self.successors[name], self.without_successor(name)
        return left.with_key(name, value) if name in self.keys else left.with_secret(name, value)

    def refuse_key(self, name: str) -> None:
        if name in self.keys:
            raise Conflict("key_kind", f"{name} is a signing key.", "Choose another name for the secret.")

    def refuse_secret(self, name: str) -> None:
        if name in self.secrets:
            raise Conflict("key_kind", f"{name} is a secret.", "Choose another name for the signing key.")

    def encode(self) -> bytes:
        tables = {kind: getattr(self, kind) for kind in _KINDS}
        return json.dumps(
            {kind: {n: base64.b64encode(v).decode() for n, v in t.items()} for kind, t in tables.items()}
        ).encode()

    @classmethod
    def decode(cls, plain: bytes) -> "_Content":
        try:
            # Stores from before there were credentials, or successors, have none.
            members = {"credentials": {}, "successors": {}, **json.loads(plain)}
            return cls(*({n: base64.b64decode(v) for n, v in members[kind].items()} for kind in _KINDS))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise StoreDamaged("its content is not understood") from None


def _claim(directory: Path) -> int:
    """One process at a time, for as long as the descriptor is open."""
    fd = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        raise StoreInUse from None
    return fd


def _checked(name: str) -> str:
    if not is_key_name(name):
        raise Invalid(
            "key_name", "This is not a name for a key.", "Use letters, digits, `.`, `_`, `-`, and `/` between."
        )
    return name


def _checked_size(size: int) -> int:
    if not 1 <= size <= MAX_SECRET:
        raise Invalid("secret_size", f"A secret has 1 to {MAX_SECRET} bytes.", "Choose another size.")
    return size
