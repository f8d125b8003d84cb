"""The journal of a node, opened with the key that signs for it: a rotation may have been cut short by a crash."""

from typing import Any

from nameplate.domain.notes import VerifierKey
from nameplate.journals.segments import SegmentJournal
from nameplate.keys.file import FileKeyStore, FileSigner

from .paths import Paths

NODE = "node"


def open_journal(paths: Paths, node: str, keys: FileKeyStore, **options: Any) -> SegmentJournal:
    """The journal of `node`. If its last rotation was announced its key is the new one now, else it is forgotten."""
    successor = keys.next_signer(NODE) if NODE in keys.awaited() else None
    journal = SegmentJournal(paths.journal, node, keys.signer(NODE), successor=successor, **options)
    if successor is not None and journal.signer is successor:
        keys.succeed(NODE)
    elif successor is not None:
        keys.forget_next(NODE)
    return journal


def signer_of(keys: FileKeyStore, key: VerifierKey) -> FileSigner | None:
    """The one of the node's keys that this is the public half of. While it is rotated there are two."""
    if NODE not in keys.names():
        return None
    candidates = [keys.signer(NODE), *([keys.next_signer(NODE)] if NODE in keys.awaited() else [])]
    return next((each for each in candidates if each.public_key == key.public_key), None)
