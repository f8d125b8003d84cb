"""The bytes of a segment file. Format `nameplate-journal/2`: what is written here must be readable for good.

Version 1 has the same bytes but for that name. It knows nothing of restored and pruned journals: the name keeps a
program that would pass over such records in silence from opening them.

A segment is a header line, then one line a record: 64 hex digits of its chain link, a space, its JSON object.
leaf = SHA-256(0x00 || JSON), link = SHA-256(previous link || leaf); the links start from 32 zero bytes.
"""

import json
import re
from binascii import hexlify
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from types import NoneType
from typing import NamedTuple

from nameplate.domain.merkle import HASH_SIZE, Frontier, leaf_hash
from nameplate.domain.names import is_id

VERSION = 2
_FORMATS = {f"nameplate-journal/{version}": version for version in (1, VERSION)}
MAX_HEADER = 16 * 1024
MAX_RECORD = 4 * 1024 * 1024
RECORD = b'{"seq":%d,"at":"%s",%s'
"""A record's JSON object: number, RFC 3339 time with microseconds, the body without its brace."""

_PRUNED = re.compile(rb'\{"seq":[0-9]+,"at":"[^"]{27}","kind":"pruned","before":([1-9][0-9]{0,17}),')
_NAME = re.compile(r"([0-9]{20})\.journal")


class Header(NamedTuple):
    """Where a segment starts: its first `seq`, and the chain link and the tree's peaks before it.

    `torn` is there after a disk failure: the file before this one counts only up to that byte.
    """

    node: str
    first: int
    link: bytes
    peaks: tuple[bytes, ...]
    torn: int | None = None
    version: int = VERSION

    def encode(self) -> bytes:
        """The header line. There is one way only to write it."""
        peaks = [peak.hex() for peak in self.peaks]
        known = f"nameplate-journal/{self.version}"
        members = {"format": known, "node": self.node, "first": self.first, "link": self.link.hex(), "tree": peaks}
        if self.torn is not None:
            members["torn"] = self.torn
        return json.dumps(members, separators=(",", ":")).encode() + b"\n"


def parse_header(line: bytes) -> Header:
    """Read a header line. Raises `ValueError` for anything that `Header.encode` would not write."""
    if len(line) > MAX_HEADER:
        raise ValueError("the header is too long")
    try:
        members = json.loads(line)
        peaks = tuple(bytes.fromhex(peak) for peak in members["tree"])
        node, first, torn = members["node"], members["first"], members.get("torn")
        header = Header(node, first, bytes.fromhex(members["link"]), peaks, torn, _FORMATS[members["format"]])
        Frontier(first - 1, peaks)
        sound = is_id(node) and len(header.link) == HASH_SIZE and type(first) is int and type(torn) in {int, NoneType}
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("the header is not one of this format") from error
    if not sound or header.encode() != line:
        raise ValueError("the header is not one of this format")
    return header


class Segment(NamedTuple):
    """A segment file, by the number of its first record."""

    first: int
    path: Path


def is_plain(path: Path) -> bool:
    """Whether `path` is a regular file itself: opening a pipe would wait for ever."""
    return path.is_file() and not path.is_symlink()


def segment_path(directory: Path, first: int) -> Path:
    """The file whose first record is `first`."""
    return directory / f"{first:020d}.journal"


def list_segments(directory: Path) -> list[Segment]:
    """The segment files in `directory`, oldest first. Links, pipes and the like are none."""
    matches = ((_NAME.fullmatch(path.name), path) for path in directory.iterdir())
    return sorted(Segment(int(match[1]), path) for match, path in matches if match and is_plain(path))


def record_prefix(seq: int) -> bytes:
    """How the JSON object of record `seq` starts."""
    return b'{"seq":%d,"at":"' % seq


def pruned_before(raw: bytes) -> int:
    """The record before which the record `raw` allows all to be missing; 1 for records of any other kind."""
    match = _PRUNED.match(raw)
    return int(match[1]) if match else 1


def next_link(link: bytes, leaf: bytes) -> bytes:
    """The chain link after `link`."""
    return sha256(link + leaf).digest()


class Chain:
    """Follows the chain record by record. `size` records lie behind it, the last of them linked by `link`."""

    __slots__ = ("link", "tree")

    def __init__(self, link: bytes, tree: Frontier) -> None:
        self.link = link
        self.tree = tree

    @property
    def size(self) -> int:
        """The number of records behind, which is also the `seq` of the last one."""
        return self.tree.size

    def copy(self) -> "Chain":
        """The same chain, growing apart from now on."""
        return Chain(self.link, self.tree.copy())

    def extend(self, raws: Iterable[bytes]) -> bytes:
        """Take new records, JSON objects that bear the next numbers; gives their lines."""
        link, leaves, lines = self.link, list[bytes](), list[bytes]()
        for raw in raws:
            leaf = sha256(b"\0" + raw).digest()
            link = sha256(link + leaf).digest()
            leaves.append(leaf)
            lines += (hexlify(link), b" ", raw, b"\n")
        self.link = link
        self.tree.extend(leaves)
        return b"".join(lines)

    def step(self, line: bytes) -> str | None:
        """Take the next record's line. Says what is wrong with it, and then has not moved."""
        if not line.endswith(b"\n"):
            return "the record is cut short" if len(line) <= MAX_RECORD else "the line is too long"
        raw = line[65:-1]
        if line[64:65] != b" " or not raw.startswith(record_prefix(self.size + 1)):
            return f"record {self.size + 1} was expected here"
        leaf = leaf_hash(raw)
        link = next_link(self.link, leaf)
        if line[:64] != link.hex().encode():
            return "the record does not match its link"
        self.link = link
        self.tree.add(leaf)
        return None
