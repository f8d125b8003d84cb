"""Finding a record by its number: bisecting over segments, then over the bytes of one. No index to keep in step."""

import os
from collections.abc import Sequence
from typing import BinaryIO

from .errors import JournalBroken
from .format import MAX_HEADER, MAX_RECORD, Segment

_BLOCK = 4096


def position(segments: Sequence[Segment], seq: int) -> int:
    """The index of the segment that holds `seq`; the oldest when it lies before all."""
    return max((index for index, segment in enumerate(segments) if segment.first <= seq), default=0)


def seek(file: BinaryIO, segment: Segment, seq: int) -> int:
    """Put `file` before record `seq` by bisecting over its bytes; to its first record when `seq` lies before."""
    file.seek(0)
    low = len(file.readline(MAX_HEADER))
    if seq <= segment.first:
        return segment.first
    high = os.fstat(file.fileno()).st_size
    while high - low > _BLOCK:
        middle = _line_after(file, (low + high) // 2)
        found = _seq_at(file, middle) if middle < high else None
        if found is None or found > seq:
            high = (low + high) // 2
        else:
            low = middle
    return _step_to(file, segment, low, seq)


def _step_to(file: BinaryIO, segment: Segment, offset: int, seq: int) -> int:
    """Go on line by line from `offset`."""
    while (found := _seq_at(file, offset)) is not None and found < seq:
        offset = _line_after(file, offset)
    file.seek(offset)
    if found is not None and found != seq:
        raise JournalBroken(segment.path.name, seq, "the record is not in its place")
    return seq


def _line_after(file: BinaryIO, offset: int) -> int:
    """Where the next line starts."""
    file.seek(offset)
    file.readline(MAX_RECORD + 1)
    return file.tell()


def _seq_at(file: BinaryIO, offset: int) -> int | None:
    """The number of the record whose line starts at `offset`."""
    file.seek(offset + 65)
    start = file.read(28)
    digits = start.removeprefix(b'{"seq":').partition(b",")[0]
    return int(digits) if start.startswith(b'{"seq":') and digits.isdigit() and len(digits) < 20 else None
