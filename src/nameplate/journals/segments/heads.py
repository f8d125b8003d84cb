"""The newest checkpoint, in two slots written in turn, so that one of them is always whole.

A slot is overwritten in place and not synced: it is shorter than a disk sector's page and never says more than the
synced segments hold. After a power failure it may be older than they are, which recovery allows for.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from nameplate.domain.errors import Invalid
from nameplate.domain.notes import MAX_NOTE, Checkpoint, VerifierKey, parse_key, seal, unseal

from .files import Files, write_all
from .format import is_plain

SLOTS = ("head.0", "head.1")
KEY_FILE = "node.vkey"
FORMER_KEY_FILE = "former.vkey"
_READS = 5
_PAUSE_S = 0.002


class Slot(NamedTuple):
    """What lies in one slot: a checkpoint and who signed it, or why there is none."""

    name: str
    note: bytes
    checkpoint: Checkpoint | None
    fault: str
    key: VerifierKey | None = None


class HeadWriter:
    """Writes the slots in turn. Used by one thread; `last` may be read from any."""

    def __init__(self, directory: Path, files: Files, key: VerifierKey, sign: Callable[[bytes], bytes]) -> None:
        self._directory = directory
        self._files = files
        self._key = key
        self._sign = sign
        self._fds: list[int] = []
        self._lengths = [0] * len(SLOTS)
        self._turn = 0
        self.last: tuple[Checkpoint, bytes]

    def write(self, checkpoint: Checkpoint) -> None:
        """Put `checkpoint` over the older slot."""
        note = seal(checkpoint, self._key, self._sign)
        self._put(self._turn, note)
        self._turn = 1 - self._turn
        self.last = (checkpoint, note)

    def write_both(self, checkpoint: Checkpoint) -> None:
        """Put `checkpoint` into both slots and sync them: nothing else may be left that claims more."""
        while len(self._fds) < len(SLOTS):
            self._fds.append(self._files.open(self._directory / SLOTS[len(self._fds)]))
        note = seal(checkpoint, self._key, self._sign)
        for slot in range(len(SLOTS)):
            self._put(slot, note)
        self.sync()
        self._files.remove(self._directory / FORMER_KEY_FILE)
        self.last = (checkpoint, note)

    def change_key(self, key: VerifierKey, sign: Callable[[bytes], bytes]) -> None:
        """Sign with this key from now on. Readers trust the former one, too, until `write_both` is done with it."""
        self._key, self._sign = key, sign
        publish_key(self._directory, key)

    def sync(self) -> None:
        """Bring both slots to the disk."""
        for fd in self._fds:
            self._files.sync(fd)

    def close(self) -> None:
        """Let go of the files."""
        while self._fds:
            self._files.close(self._fds.pop())

    def _put(self, slot: int, note: bytes) -> None:
        """A reader that comes in between sees a signature that does not hold, and reads again."""
        write_all(self._files, self._fds[slot], note, 0)
        if self._lengths[slot] != len(note):
            self._files.truncate(self._fds[slot], len(note))
            self._lengths[slot] = len(note)


def ed25519_holds(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Whether the signature holds; `False` as well for a malformed key."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def read_key(directory: Path) -> VerifierKey | None:
    """The verifier key that lies beside the segments, if there is a sound one."""
    return _key_in(directory / KEY_FILE)


def read_keys(directory: Path) -> list[VerifierKey]:
    """The keys that may have signed the heads: the node's, and for a moment the one that it has just succeeded."""
    former = _key_in(directory / FORMER_KEY_FILE)
    return [key for key in (read_key(directory), former) if key]


def own_slots(directory: Path) -> list[Slot]:
    """Both slots, as signed by the keys beside them; none without a key. Looked at again while that is replaced."""
    slots: list[Slot] = []
    for _ in range(_READS):
        keys = read_keys(directory)
        slots = read_slots(directory, *keys) if keys else []
        if newest(slots) or keys == read_keys(directory):
            break
    return slots


def publish_key(directory: Path, key: VerifierKey) -> None:
    """Put the verifier key beside the segments, for those who have no other; the former one beside it for now."""
    path, line = directory / KEY_FILE, f"{key}\n".encode()
    former = path.read_bytes() if path.exists() else line
    if former != line:
        _replace(directory / FORMER_KEY_FILE, former)
    if former != line or not path.exists():
        _replace(path, line)


def read_note(path: Path) -> bytes:
    """The start of a small file, enough to see that it is too long; empty when it cannot be read."""
    try:
        if not is_plain(path):
            return b""
        with path.open("rb") as file:
            return file.read(MAX_NOTE + 1)
    except OSError:
        return b""


def read_slots(directory: Path, *keys: VerifierKey) -> list[Slot]:
    """Both slots, signed by one of `keys`. One that looks bad is read again: the writer may just be at it."""
    slots = [_read_slot(directory / name, keys) for name in SLOTS]
    for _ in range(_READS - 1):
        if all(slot.checkpoint for slot in slots):
            break
        time.sleep(_PAUSE_S)
        slots = [_read_slot(directory / name, keys) for name in SLOTS]
    return slots


def newest(slots: list[Slot]) -> Checkpoint | None:
    """The largest valid checkpoint."""
    found = [slot.checkpoint for slot in slots if slot.checkpoint]
    return max(found, key=lambda checkpoint: (checkpoint.size, checkpoint.at)) if found else None


def unseal_by(note: bytes, keys: Sequence[VerifierKey]) -> tuple[Checkpoint, VerifierKey]:
    """The checkpoint in `note` and which of `keys`, of the name that it bears, has signed it. Raises `Invalid`."""
    origin = note.partition(b"\n")[0]
    own = [key for key in keys if key.name.encode() == origin] or keys[:1]
    if not own:
        raise Invalid("checkpoint_invalid", "there is no key that could have signed it", "Give the node's key.")
    for key in own[:-1]:
        with suppress(Invalid):
            return unseal(note, key, ed25519_holds), key
    return unseal(note, own[-1], ed25519_holds), own[-1]


def _read_slot(path: Path, keys: Sequence[VerifierKey]) -> Slot:
    note = read_note(path)
    if not note:
        return Slot(path.name, note, None, "the checkpoint is missing")
    try:
        checkpoint, key = unseal_by(note, keys)
    except Invalid as error:
        return Slot(path.name, note, None, error.message)
    return Slot(path.name, note, checkpoint, "", key)


def _key_in(path: Path) -> VerifierKey | None:
    try:
        return parse_key(read_note(path).decode("ascii"))
    except (UnicodeDecodeError, Invalid):
        return None


def _replace(path: Path, content: bytes) -> None:
    fresh = path.with_suffix(".new")
    fresh.write_bytes(content)
    fresh.replace(path)
