"""Proof that one record belongs to the journal, for someone who has nothing but a checkpoint."""

from pathlib import Path
from typing import NamedTuple

from nameplate.domain.errors import NotFound
from nameplate.domain.merkle import Frontier, Span, inclusion_spans, leaf_hash
from nameplate.domain.notes import Checkpoint

from .errors import JournalBroken, JournalPrunedMeanwhile
from .format import MAX_HEADER, parse_header
from .heads import newest, own_slots
from .reader import find, first_seq, opened, read, segments_of
from .seek import position


class InclusionProof(NamedTuple):
    """What `merkle.verify_inclusion(leaf_hash(raw), leaf_index, checkpoint.size, hashes, checkpoint.root)` needs.

    `note` is the signed checkpoint, `hashes` the proof of RFC 9162, section 2.1.3.
    """

    seq: int
    raw: bytes
    hashes: tuple[bytes, ...]
    checkpoint: Checkpoint
    note: bytes

    @property
    def leaf_index(self) -> int:
        """The leaf's number in the tree."""
        return self.seq - 1


def prove(directory: Path, seq: int) -> InclusionProof:
    """Prove record `seq` against the newest checkpoint. Reads the journal from its segment on.

    Raises `NotFound` when the record is not there, was pruned, or is not signed for yet; `JournalPrunedMeanwhile`.
    """
    first = first_seq(directory)
    if 0 < seq < first:
        raise NotFound(
            "record_pruned",
            f"Record {seq} was pruned: {first} is the oldest that is kept.",
            "An archived copy of its segment proves it, with the hashes in the record `pruned`.",
        )
    entry = find(directory, seq)
    slots = own_slots(directory)
    checkpoint = newest(slots)
    if entry is None or checkpoint is None or seq > checkpoint.size:
        raise NotFound("record_missing", f"There is no signed record {seq} in this journal.", "Try a later checkpoint.")
    note = next(slot.note for slot in slots if slot.checkpoint == checkpoint)
    spans = inclusion_spans(seq - 1, checkpoint.size)
    return InclusionProof(seq, entry.raw, _hashes(directory, seq, spans), checkpoint, note)


def _hashes(directory: Path, seq: int, spans: tuple[Span, ...]) -> tuple[bytes, ...]:
    """The roots of these subtrees. Those before the segment are peaks in its header, so pruning does not end proofs."""
    first, peaks = _before(directory, seq)
    known = _peak_spans(first - 1, peaks)
    trees = {span: _started(span, first - 1, known) for span in spans if span not in known}
    _grow(trees, directory, first)
    if any(tree.size != span.end - span.start for span, tree in trees.items()):
        if first_seq(directory) > first:
            raise JournalPrunedMeanwhile
        raise JournalBroken("the segments", seq, "records that the checkpoint covers are missing")
    return tuple(known[span] if span in known else trees[span].root() for span in spans)


def _started(span: Span, size: int, known: dict[Span, bytes]) -> Frontier:
    """The subtree as far as it lies in the `size` leaves before the segment."""
    peaks = [peak for (start, _), peak in known.items() if start >= span.start]
    return Frontier(max(0, size - span.start), peaks)


def _grow(trees: dict[Span, Frontier], directory: Path, first: int) -> None:
    """Add each record to the subtree that holds it. The subtrees do not overlap."""
    ordered = iter(sorted(trees))
    span = next(ordered, None)
    for entry in read(directory, first):
        while span and entry.seq > span.end:
            span = next(ordered, None)
        if span is None:
            return
        if entry.seq > span.start:
            trees[span].add(leaf_hash(entry.raw))


def _before(directory: Path, seq: int) -> tuple[int, tuple[bytes, ...]]:
    """Where the segment of `seq` starts, and the peaks of the tree before it."""
    segments = segments_of(directory)
    segment = segments[position(segments, seq)]
    with opened(segment) as file:
        try:
            header = parse_header(file.readline(MAX_HEADER))
        except ValueError as error:
            raise JournalBroken(segment.path.name, segment.first, str(error)) from error
    return header.first, header.peaks


def _peak_spans(size: int, peaks: tuple[bytes, ...]) -> dict[Span, bytes]:
    """The subtrees whose roots the peaks of a tree of `size` are."""
    known, start = {}, 0
    for peak in peaks:
        width = 1 << ((size - start).bit_length() - 1)
        known[Span(start, start + width)] = peak
        start += width
    return known
