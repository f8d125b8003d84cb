"""The key store in one encrypted file. `README.md` gives its layout and what it can and cannot stop."""

from .errors import PassphraseMissing, StoreDamaged, StoreExposed, StoreInUse, WrongPassphrase
from .passphrase import Passphrase, find_passphrase
from .store import FileKeyStore, FileSigner

__all__ = [
    "FileKeyStore",
    "FileSigner",
    "Passphrase",
    "PassphraseMissing",
    "StoreDamaged",
    "StoreExposed",
    "StoreInUse",
    "WrongPassphrase",
    "find_passphrase",
]
