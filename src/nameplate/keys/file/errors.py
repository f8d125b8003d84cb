"""Why the key store cannot be opened. None of these ever carries a key, a secret or a passphrase."""

import shlex
from pathlib import Path

from nameplate.domain.errors import Conflict, Refused, Unavailable


class WrongPassphrase(Refused):
    """The passphrase does not open the store."""

    def __init__(self) -> None:
        super().__init__(
            "keys_passphrase_wrong",
            "The passphrase does not open the key store.",
            "Give the passphrase that the store was made with, or restore the backup that belongs to this one.",
        )


class PassphraseMissing(Refused):
    """There is no usable passphrase where one was expected."""

    def __init__(self, what: str) -> None:
        super().__init__(
            "keys_passphrase_missing",
            what,
            "Provide the systemd credential nameplate-passphrase, or name a passphrase file in the settings.",
        )


class StoreDamaged(Unavailable):
    """The store was altered, cut short, or written by a newer version."""

    def __init__(self, what: str) -> None:
        super().__init__("keys_damaged", f"The key store is damaged: {what}.", "Restore it from a backup.")


class StoreExposed(Refused):
    """Others can read what only the service may."""

    def __init__(self, path: Path, mode: str) -> None:
        quoted = shlex.quote(str(path))
        super().__init__("keys_exposed", f"{path.name} is open to other users.", f"Run: chmod {mode} {quoted}")


class StoreInUse(Conflict):
    """Another process has the store open."""

    def __init__(self) -> None:
        super().__init__("keys_in_use", "Another process has the key store open.", "Stop it first.")
