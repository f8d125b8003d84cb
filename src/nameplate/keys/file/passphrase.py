"""Where the passphrase of the store comes from."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from .errors import PassphraseMissing
from .private import make_private_directory, read_private, write_private

CREDENTIAL = "nameplate-passphrase"
_MIN, _MAX = 8, 4096


class Passphrase(NamedTuple):
    """The passphrase, and what an operator should know about where it lies. Shows nothing of itself.

    `fresh`: it was made just now, of 256 random bits. One that was found may have been chosen by somebody.
    """

    value: bytes
    warning: str
    fresh: bool = False

    def __repr__(self) -> str:
        """Without the value."""
        return "Passphrase(...)"


def find_passphrase(directory: Path, given: Path | None = None, environ: Mapping[str, str] = os.environ) -> Passphrase:
    """The passphrase for the store in `directory`: systemd's, else the one in the file `given`, else one of its own.

    The last is made on first use, never for a store that is there already. Raises `PassphraseMissing`, and
    `StoreExposed` for a file that others may read.
    """
    credentials = environ.get("CREDENTIALS_DIRECTORY")
    if credentials and (Path(credentials) / CREDENTIAL).is_file():
        # Not held to mode 600: systemd guards the folder itself, and its access lists show as group bits.
        return Passphrase(_usable((Path(credentials) / CREDENTIAL).read_bytes()), "")
    if given is not None:
        return Passphrase(_usable(read_private(given)), "")
    return _own(directory)


def _own(directory: Path) -> Passphrase:
    make_private_directory(directory)
    path = directory / "passphrase"
    value = read_private(path)
    fresh = value is None
    if fresh and (directory / "store").exists():
        raise PassphraseMissing("There is a key store, but no passphrase for it.")
    if fresh:
        value = secrets.token_urlsafe(32).encode()
        write_private(path, value + b"\n")
    return Passphrase(
        _usable(value),
        "The passphrase of the key store lies beside it: whoever copies the folder has the keys. "
        "Use a systemd credential or a passphrase file elsewhere.",
        fresh,
    )


def _usable(value: bytes | None) -> bytes:
    if value is None:
        raise PassphraseMissing("The passphrase file does not exist.")
    stripped = value.rstrip(b"\r\n")
    if not _MIN <= len(stripped) <= _MAX:
        raise PassphraseMissing(f"The passphrase must have {_MIN} to {_MAX} bytes.")
    return stripped
