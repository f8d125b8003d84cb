"""Removing the oldest segments. Their hashes stay: in the record that allows it, and in the header of the next one."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from nameplate.domain.merkle import Frontier
from nameplate.domain.timestamps import parse_rfc3339

from .files import Files
from .format import MAX_HEADER, Header, list_segments, parse_header

_AT = slice(len('"at":"'), len('"at":"') + 27)


class Prunable(NamedTuple):
    """A sealed segment: its records, its size in bytes, the chain link and the tree's root behind its last record."""

    first: int
    last: int
    bytes: int
    link: str
    root: str


def prunable(directory: Path, before: int, last: int) -> list[Prunable]:
    """The oldest segments, up to record `last`, whose successors began before `before` (microseconds, UTC).

    Raises ValueError for a header that is not one of this format, OSError when a file cannot be read.
    """
    return list(_oldest(directory, before, last))


def _oldest(directory: Path, before: int, last: int) -> Iterator[Prunable]:
    for segment, following in pairwise(list_segments(directory)):
        header, began = _start(following.path)
        if began is None or began >= before or header.first - 1 > last:
            return
        root = Frontier(header.first - 1, header.peaks).root()
        size = segment.path.stat().st_size
        yield Prunable(segment.first, header.first - 1, size, header.link.hex(), root.hex())


def remove_before(directory: Path, seq: int) -> int:
    """Remove the segments that hold only records before `seq`, the oldest first; returns how many.

    Call it when the record that allows this is durable. What a crash leaves standing goes with the next call.
    """
    files, gone = Files(), 0
    for segment, following in pairwise(list_segments(directory)):
        if following.first > seq:
            break
        files.remove(segment.path)
        gone += 1
    files.sync_directory(directory)
    return gone


def _start(path: Path) -> tuple[Header, int | None]:
    """The header, and when the first record was written; None where there is none yet."""
    with path.open("rb") as file:
        header = parse_header(file.readline(MAX_HEADER))
        line = file.read(160).decode("utf-8", "replace")
    return header, parse_rfc3339(line[line.find('"at":"') :][_AT])
