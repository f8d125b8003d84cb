"""Checkpoints as signed notes (C2SP signed-note with Ed25519, C2SP tlog-checkpoint). Text only: keys live elsewhere."""

import base64
import binascii
import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from .errors import Invalid

MAX_NOTE = 4096
EMPTY_LINK = bytes(32)
_ED25519 = b"\x01"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_NAME = re.compile(r"[!-*,-~]{1,160}")
_SIZE = re.compile(r"0|[1-9][0-9]{0,17}")

Verify = Callable[[bytes, bytes, bytes], bool]
"""(public key of 32 bytes, signature of 64 bytes, message) -> whether the Ed25519 signature holds."""


class VerifierKey(NamedTuple):
    """Who signs: `name` (the checkpoints' origin) and the Ed25519 public key, 32 bytes."""

    name: str
    public_key: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell keys apart. Not a fingerprint to trust."""
        return hashlib.sha256(self.name.encode() + b"\n" + _ED25519 + self.public_key).digest()[:4]

    def __str__(self) -> str:
        """The verifier key line, `name+id+key`."""
        key = base64.b64encode(_ED25519 + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"


class Checkpoint(NamedTuple):
    """What a node says about its journal at `at`.

    `size` records, `root` their Merkle tree hash, `link` the last chain link (zeros when empty); both 32 bytes.
    """

    origin: str
    size: int
    root: bytes
    link: bytes
    at: int

    def text(self) -> bytes:
        """The note text, as it is signed."""
        root = base64.b64encode(self.root).decode()
        lines = (self.origin, str(self.size), root, f"link {self.link.hex()}", f"time {format_time(self.at)}", "")
        return "\n".join(lines).encode()


def origin_of(node: str) -> str:
    """The origin line of the journal of `node`."""
    return f"nameplate/{node}"


def parse_key(text: str) -> VerifierKey:
    """Read a verifier key line. Raises `Invalid`, also when its parts do not belong together."""
    parts = text.strip().split("+", 2)
    raw = _unbase64(parts[-1])
    if len(parts) == 3 and len(raw) == 33 and raw[:1] == _ED25519 and _NAME.fullmatch(parts[0]):
        key = VerifierKey(parts[0], raw[1:])
        if str(key) == text.strip():
            return key
    raise _invalid("this is not a verifier key", "Give one line of the form name+id+key, as in node.vkey.")


def seal(checkpoint: Checkpoint, key: VerifierKey, sign: Callable[[bytes], bytes]) -> bytes:
    """The signed note. `sign` gives the Ed25519 signature over its argument."""
    text = checkpoint.text()
    signature = base64.b64encode(key.key_id + sign(text))
    return b"%s\n\xe2\x80\x94 %s %s\n" % (text, key.name.encode(), signature)


def unseal(note: bytes, key: VerifierKey, verify: Verify) -> Checkpoint:
    """The checkpoint in `note`, once the signature of `key` was found to hold. Other signatures are passed over.

    Raises `Invalid` when the note is malformed, is another journal's, or `key` has not signed it.
    """
    text, gap, tail = note.rpartition(b"\n\n")
    if not gap or len(note) > MAX_NOTE or not note.endswith(b"\n"):
        raise _invalid("this is not a signed note", "Give a checkpoint as `head.0` holds it.")
    text += b"\n"
    start = b"\xe2\x80\x94 %s " % key.name.encode()
    signatures = [_unbase64_bytes(line[len(start) :]) for line in tail.split(b"\n") if line.startswith(start)]
    ours = [signature[4:] for signature in signatures if signature[:4] == key.key_id]
    if not ours or not all(len(signature) == 64 and verify(key.public_key, signature, text) for signature in ours):
        raise _invalid("the checkpoint is not signed by this key", "Check that the key belongs to this node.")
    return _parse_text(text, key.name)


def _parse_text(text: bytes, origin: str) -> Checkpoint:
    """Accept exactly what `Checkpoint.text` writes."""
    lines = text.decode("ascii", "replace").split("\n")
    if len(lines) == 6 and lines[0] == origin and _SIZE.fullmatch(lines[1]):
        root, link = _unbase64(lines[2]), _unhex(lines[3].removeprefix("link "))
        checkpoint = Checkpoint(origin, int(lines[1]), root, link, _parse_time(lines[4].removeprefix("time ")))
        if len(root) == len(link) == 32 and checkpoint.text() == text:
            return checkpoint
    raise _invalid("the signed text is not a checkpoint of this journal", "Give a checkpoint made by this node.")


def format_time(at: int) -> str:
    """RFC 3339 in UTC with microseconds, of microseconds since the epoch."""
    moment = _EPOCH + timedelta(microseconds=at)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


def _parse_time(text: str) -> int:
    if not _TIME.fullmatch(text):
        return 0
    try:
        return (datetime.fromisoformat(text) - _EPOCH) // timedelta(microseconds=1)
    except ValueError:
        return 0


def _unbase64(text: str) -> bytes:
    return _unbase64_bytes(text.encode("ascii", "replace"))


def _unbase64_bytes(text: bytes) -> bytes:
    """Strict: there is one way only to write the same bytes, also in the bits that padding leaves unused."""
    try:
        raw = base64.b64decode(text, validate=True)
    except binascii.Error:
        return b""
    return raw if base64.b64encode(raw) == text else b""


def _unhex(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _invalid(message: str, remedy: str) -> Invalid:
    return Invalid("checkpoint_invalid", message, remedy)
