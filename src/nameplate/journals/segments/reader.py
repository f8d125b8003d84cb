"""Reading beside the writer or without one: in order, by number, or behind the writer as it goes on."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from nameplate.domain.errors import NotFound
from nameplate.ports.journal import Entry

from .epochs import Epoch, epochs
from .errors import JournalBroken, JournalPrunedMeanwhile
from .follower import SegmentFollower
from .format import MAX_RECORD, Segment, list_segments, record_prefix
from .heads import newest, own_slots
from .seek import position, seek


class SegmentReader:
    """The `JournalReader` port on segment files."""

    def __init__(self, directory: Path) -> None:
        """Read the journal in `directory`."""
        self._directory = directory

    def read(self, from_seq: int = 1) -> Iterator[Entry]:
        """See `JournalReader`."""
        return read(self._directory, from_seq)

    def find(self, seq: int) -> Entry | None:
        """See `JournalReader`."""
        return find(self._directory, seq)

    def epochs(self) -> list[Epoch]:
        """The names under which it was written, oldest first."""
        return epochs(segments_of(self._directory))

    def follow(self, from_seq: int = 1) -> SegmentFollower:
        """See `JournalReader`."""
        return SegmentFollower(self._directory, from_seq)


def read(directory: Path, from_seq: int = 1) -> Iterator[Entry]:
    """All records from `from_seq` up to the newest checkpoint; without a valid one, up to the end of what is there.

    Raises `NotFound` when there is no journal, `JournalBroken` at a record that is not where it belongs, and
    `JournalPrunedMeanwhile` where a segment went before its turn came.
    """
    size = durable_size(directory)
    segments, file = _open_at(directory, from_seq)
    for segment, last in bounds(segments, size):
        with file or opened(segment) as current:
            file = None
            yield from _entries(current, segment, seek(current, segment, from_seq), last)


def find(directory: Path, seq: int) -> Entry | None:
    """Record `seq`, or nothing when it was pruned or is not there yet."""
    size = durable_size(directory)
    segments, file = _open_at(directory, seq)
    if file is None:
        return None
    with file:
        if seq < segments[0].first or (size is not None and seq > size):
            return None
        return next(_entries(file, segments[0], seek(file, segments[0], seq), seq), None)


def _open_at(directory: Path, seq: int) -> tuple[list[Segment], BinaryIO | None]:
    """The segments from that of record `seq` on, and the file of the first: who prunes cannot take it away any more."""
    while segments := segments_of(directory):
        here = segments[position(segments, seq) :]
        with suppress(FileNotFoundError):  # Pruned since the look: look again.
            return here, here[0].path.open("rb")
    return [], None


def opened(segment: Segment) -> BinaryIO:
    """The file of a segment. Raises `JournalPrunedMeanwhile` where it was there and is gone."""
    try:
        return segment.path.open("rb")
    except FileNotFoundError:
        raise JournalPrunedMeanwhile from None


def segments_of(directory: Path) -> list[Segment]:
    """The segments, oldest first. Raises `NotFound` when there is no such folder."""
    try:
        return list_segments(directory)
    except FileNotFoundError:
        raise NotFound("journal_missing", "There is no journal here.", "Give the data folder of a server.") from None


def durable_size(directory: Path) -> int | None:
    """How many records the newest valid checkpoint covers; `None` when there is no valid one."""
    checkpoint = newest(own_slots(directory))
    return checkpoint.size if checkpoint else None


def first_seq(directory: Path) -> int:
    """The oldest record that is kept; 1 where there is none yet."""
    return next((segment.first for segment in segments_of(directory)), 1)


def bounds(segments: list[Segment], size: int | None) -> list[tuple[Segment, int | None]]:
    """Each segment with the last record that counts in it: a torn file may hold more than belongs to it."""
    ends = [segment.first - 1 for segment in segments[1:]]
    return list(zip(segments, [*ends, size], strict=True)) if segments else []


def _entries(file: BinaryIO, segment: Segment, seq: int, last: int | None) -> Iterator[Entry]:
    """The records from where `file` stands, which is before `seq`."""
    while last is None or seq <= last:
        line = file.readline(MAX_RECORD + 1)
        raw = line[65:-1]
        if not line.endswith(b"\n") and last is None and len(line) <= MAX_RECORD:
            return
        if not line.endswith(b"\n") or not raw.startswith(record_prefix(seq)):
            raise JournalBroken(segment.path.name, seq, "the record is not in its place")
        yield Entry(seq, raw)
        seq += 1
