"""What of a journal is certain now, beside a running writer: the newest checkpoint and the bytes that it covers."""

from pathlib import Path
from typing import NamedTuple

from nameplate.domain.errors import NotFound
from nameplate.domain.notes import Checkpoint, VerifierKey

from .errors import JournalBroken, JournalPrunedMeanwhile
from .format import Segment
from .heads import own_slots
from .reader import segments_of
from .seek import seek


class Durable(NamedTuple):
    """The signed `note` and what it says; each segment with how many of its bytes the note covers."""

    key: VerifierKey
    note: bytes
    checkpoint: Checkpoint
    segments: tuple[tuple[Segment, int], ...]


def durable(directory: Path) -> Durable:
    """Everything that anybody has been told of before this was called, and perhaps more.

    Raises `NotFound` when there is no journal, `JournalBroken` when its checkpoint cannot be trusted, and
    `JournalPrunedMeanwhile` when its oldest segments are being pruned at this moment.
    """
    slots = [(each.key, each.note, each.checkpoint) for each in own_slots(directory) if each.key and each.checkpoint]
    if not slots:
        if not segments_of(directory):
            raise NotFound("journal_missing", "There is no journal here.", "Give the data folder of a server.")
        raise JournalBroken("head.0", 1, "no checkpoint can be trusted")
    key, note, checkpoint = max(slots, key=lambda each: (each[2].size, each[2].at))
    segments = [each for each in segments_of(directory) if each.first <= max(1, checkpoint.size)]
    try:
        sizes = [segment.path.stat().st_size for segment in segments[:-1]]
        sizes += [_covered(segment, checkpoint.size) for segment in segments[-1:]]
    except FileNotFoundError:
        raise JournalPrunedMeanwhile from None
    return Durable(key, note, checkpoint, tuple(zip(segments, sizes, strict=True)))


def _covered(segment: Segment, size: int) -> int:
    """Where record `size` ends in the file."""
    with segment.path.open("rb") as file:
        seek(file, segment, size + 1)
        return file.tell()
