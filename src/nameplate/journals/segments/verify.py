"""Two verdicts on a journal: is anything altered (integrity), is anything cut off (completeness).

Works beside a running writer: the checkpoint is read first, and what lies behind it may still be under way.
Whatever the files hold, the answer is a report.
"""

import itertools
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from nameplate.domain.errors import Invalid
from nameplate.domain.merkle import Frontier
from nameplate.domain.notes import EMPTY_LINK, Checkpoint, VerifierKey, format_time, origin_of, parse_key

from .epochs import Epoch, begins, epochs, is_lost, keys, torn_at
from .errors import JournalPrunedMeanwhile
from .format import MAX_HEADER, MAX_RECORD, Chain, Segment, list_segments, parse_header, pruned_before
from .heads import Slot, read_key, read_slots, unseal_by
from .succession import Reign, handovers, reigns

MAX_PROBLEMS = 100
_RESTORE = "Keep a copy for examination, then restore a backup and compare it with a checkpoint kept elsewhere."
_LOST = "What happened then is known from elsewhere only: look at your sinks."
_LATER = "Give a later one."
_KEY = "Give the node's verifier key with --key."


class Problem(NamedTuple):
    """One finding. `line` counts from 1, the header; `seq` is the record expected there; `None`: neither."""

    file: str
    line: int | None
    seq: int | None
    what: str
    remedy: str


class Report(NamedTuple):
    """What `verify` found. `ok` when both verdicts are."""

    integrity: str
    completeness: str
    records: int
    first: int | None
    last: int | None
    segments: int
    pruned: int
    pruned_before: int | None
    beyond_checkpoint: int
    torn_tail_bytes: int
    checkpoint: Checkpoint | None
    problems: tuple[Problem, ...]

    @property
    def ok(self) -> bool:
        """Nothing altered and nothing cut off."""
        return self.integrity == self.completeness == "ok"

    def to_json(self) -> dict[str, Any]:
        """The report as JSON members; the root in hex, times in RFC 3339."""
        members = self._asdict()
        members["problems"] = [problem._asdict() for problem in self.problems]
        if self.checkpoint:
            size, root, at = self.checkpoint.size, self.checkpoint.root.hex(), format_time(self.checkpoint.at)
            members["checkpoint"] = {"size": size, "root": root, "time": at}
        return members


def verify(directory: Path, *, vkey: str | None = None, checkpoint: bytes | None = None) -> Report:
    """Check the whole journal in `directory`.

    `vkey` is the verifier key to trust, instead of the one beside the segments. `checkpoint` is a signed note that was
    kept elsewhere. Raises `Invalid` when `vkey` is not a verifier key: that is the caller's mistake; and
    `JournalPrunedMeanwhile`.
    """
    given = parse_key(vkey) if vkey else None
    check = _trusting(directory, given)
    slots = read_slots(directory, *check.keys) if check.keys else []
    if not all(slot.checkpoint for slot in slots) and (later := _trusting(directory, given)).keys != check.keys:
        check, slots = later, read_slots(directory, *later.keys)  # The key was succeeded at this very moment.
    for slot in slots:
        check.slot(slot)
    if check.keys and checkpoint is not None:
        check.outside(checkpoint)
    try:
        segments = list_segments(directory)
    except OSError as error:
        segments = []
        check.broken(".", None, None, f"the journal cannot be read: {error.strerror}")
    check.segments(segments)
    return check.report(segments)


def _trusting(directory: Path, given: VerifierKey | None) -> "_Check":
    """A verification that knows who may have signed."""
    segments = _listed(directory)
    check, key = _Check(epochs(segments)), given or read_key(directory)
    if key is None:
        check.problem("node.vkey", None, None, "there is no sound verifier key", _KEY)
    else:
        check.trust(key, reigns(handovers(segments), key.public_key))
    return check


def _listed(directory: Path) -> list[Segment]:
    try:
        return list_segments(directory)
    except OSError:
        return []


class _Check:
    """The state of one verification."""

    def __init__(self, found: Sequence[Epoch]) -> None:
        self.epochs = found
        self.keys: list[VerifierKey] = []
        self.reigns: list[Reign] = []
        self.node = ""
        self.pruned = 1
        self.lost: Checkpoint | None = None
        self.problems: list[Problem] = []
        self.altered = False
        self.heads: list[Checkpoint] = []
        self.kept: Checkpoint | None = None
        self.compared: set[Checkpoint] = set()
        self.records = 0
        self.torn = 0

    @property
    def checkpoints(self) -> list[Checkpoint]:
        """All that can be relied on."""
        return [*self.heads, self.kept] if self.kept else self.heads

    @property
    def signed(self) -> int | None:
        """Up to this record everything must be there."""
        return max((checkpoint.size for checkpoint in self.checkpoints), default=None)

    def problem(self, file: str, line: int | None, seq: int | None, what: str, remedy: str = _RESTORE) -> None:
        """Note a finding, unless there are many already."""
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(Problem(file, line, seq, what, remedy))

    def broken(self, file: str, line: int | None, seq: int | None, what: str) -> None:
        """Note an alteration."""
        self.altered = True
        self.problem(file, line, seq, what)

    def trust(self, key: VerifierKey, found: list[Reign]) -> None:
        """Take the node's key and those before and after it, under every name of the node."""
        if self.epochs and key.name not in {origin_of(epoch.node) for epoch in self.epochs}:
            self.broken("node.vkey", None, None, f"the journal is not that of {key.name}")
        if key.public_key not in {reign.key for reign in found}:
            self.broken("node.vkey", None, None, "no key of this journal has announced this one")
            return
        self.reigns = found
        self.keys = [each for reign in found for each in keys(key._replace(public_key=reign.key), self.epochs)]

    def signed_in_time(self, checkpoint: Checkpoint, key: VerifierKey | None, file: str) -> bool:
        """Whether the key was in force for so many records."""
        sound = any(key and reign.key == key.public_key and reign.covers(checkpoint.size) for reign in self.reigns)
        if not sound:
            self.broken(file, None, checkpoint.size, "the checkpoint is signed by a key that was not in force then")
        return sound

    def slot(self, slot: Slot) -> None:
        """Take a head slot. The writer keeps both whole, so a bad one was altered."""
        if slot.checkpoint and is_lost(slot.checkpoint, self.epochs):
            self.lost = slot.checkpoint
        elif slot.checkpoint and self.signed_in_time(slot.checkpoint, slot.key, slot.name):
            self.heads.append(slot.checkpoint)
        elif not slot.checkpoint:
            self.broken(slot.name, None, None, slot.fault)

    def outside(self, note: bytes) -> None:
        """Take the checkpoint that was kept elsewhere."""
        try:
            kept, key = unseal_by(note, self.keys)
        except Invalid as error:
            self.broken("the given checkpoint", None, None, error.message)
            return
        if is_lost(kept, self.epochs):
            self.lost = kept
        elif self.signed_in_time(kept, key, "the given checkpoint"):
            self.kept = kept

    def segments(self, segments: Sequence[Segment]) -> None:
        """Walk along the chain. A segment states where it starts, so one that is broken does not hide the next."""
        start = Chain(EMPTY_LINK, Frontier())
        if not segments:
            self._compare("the segments", start)
        chain = start if segments and segments[0].first == 1 else None
        for segment, following in itertools.zip_longest(segments, segments[1:]):
            try:
                with segment.path.open("rb") as file:
                    chain = self._segment(file, segment, chain, following)
            except FileNotFoundError:
                # It was there a moment ago. If nobody may take it away, the next look finds the gap.
                raise JournalPrunedMeanwhile from None
            except OSError as error:
                self.broken(segment.path.name, None, None, f"the file cannot be read: {error.strerror}")
                chain = None

    def _segment(
        self, file: BinaryIO, segment: Segment, chain: Chain | None, following: Segment | None
    ) -> Chain | None:
        """Check one file. Gives the chain at its end, or nothing once it is broken."""
        line = file.readline(MAX_HEADER + 1)
        started = self._header(line, segment, chain)
        self._renamed(file, segment, line)
        if started:
            self._compare(segment.path.name, started)
        return self._records(file, segment, started, following)

    def _renamed(self, file: BinaryIO, segment: Segment, line: bytes) -> None:
        """A file may bear another name than the one before only if its first record says that it was restored."""
        try:
            former, self.node = self.node, parse_header(line).node
        except ValueError:
            return
        if former in {"", self.node}:
            return
        start = file.tell()
        if not begins(file.readline(MAX_RECORD + 1)[65:], former, self.node):
            self.broken(segment.path.name, 1, segment.first, f"the file is of {self.node}, the one before of {former}")
        file.seek(start)

    def _header(self, line: bytes, segment: Segment, chain: Chain | None) -> Chain | None:
        """The chain before the segment's first record, as its header says; as it must be, when that cannot be read."""
        name = segment.path.name
        try:
            header = parse_header(line)
        except ValueError as error:
            self.broken(name, 1, segment.first, str(error))
            return chain if chain and chain.size == segment.first - 1 else None
        stated = Chain(header.link, Frontier(header.first - 1, header.peaks))
        if header.first != segment.first:
            self.broken(name, 1, segment.first, "the header belongs to another file")
        elif chain and (chain.size, chain.link, chain.tree.peaks) != (stated.size, stated.link, stated.tree.peaks):
            self.broken(name, 1, segment.first, "the segment does not continue the one before")
        return stated

    def _records(
        self, file: BinaryIO, segment: Segment, chain: Chain | None, following: Segment | None
    ) -> Chain | None:
        """Check the records of one file up to where they count, and count them."""
        limit = torn_at(following)
        offset, number = file.tell(), 1
        while (limit is None or offset < limit) and (line := file.readline(MAX_RECORD + 1)):
            number += 1
            fault = chain.step(line) if chain else None
            whole = line.endswith(b"\n")
            cut_short = not whole and len(line) <= MAX_RECORD
            if following is None and (cut_short or (fault and self._is_beyond(segment.first + number - 3))):
                self.torn += _size(file) - offset
                return chain
            if fault and chain:
                self.broken(segment.path.name, number, chain.size + 1, fault)
                chain = None
            elif chain:
                if chain.size <= (self.signed or 0):
                    self.pruned = max(self.pruned, pruned_before(line[65:]))
                self._compare(segment.path.name, chain)
            self.records += whole
            offset += len(line)
        return chain

    def _is_beyond(self, size: int) -> bool:
        """Whether nobody has signed for more than `size` records: a crash may have left anything behind them."""
        return self.signed is not None and size >= self.signed

    def _compare(self, file: str, chain: Chain) -> None:
        """Hold the chain against the checkpoints of its size."""
        for checkpoint in self.checkpoints:
            if checkpoint.size == chain.size:
                self.compared.add(checkpoint)
                if checkpoint.link != chain.link or checkpoint.root != chain.tree.root():
                    self.broken(file, None, chain.size, "the records differ from what a checkpoint has signed")

    def report(self, segments: Sequence[Segment]) -> Report:
        """The verdicts."""
        first = segments[0].first if segments else 1
        last = first - 1 + self.records
        newest = max(self.heads, key=lambda head: (head.size, head.at), default=None)
        return Report(
            completeness=self._completeness(first, last),
            integrity="broken" if self.altered else "ok",
            records=self.records,
            first=first if self.records else None,
            last=last if self.records else None,
            segments=len(segments),
            pruned=first - 1,
            pruned_before=first if first > 1 else None,
            beyond_checkpoint=max(0, last - newest.size) if newest else self.records,
            torn_tail_bytes=self.torn,
            checkpoint=newest,
            problems=tuple(self.problems),
        )

    def _completeness(self, first: int, last: int) -> str:
        """Everything signed for is there. What is missing at the beginning must have been pruned, by a record."""
        if self.lost:
            what = f"the journal was restored; records up to {self.lost.size} of {self.lost.origin} were not"
            self.problem("the segments", None, None, what, _LOST)
            return "cut"
        if self.signed is None:
            return "unknown"
        if first > self.pruned:
            self.problem("the segments", None, self.pruned, f"records before {first} are missing")
            return "cut"
        if last < self.signed:
            self.problem("the segments", None, last + 1, f"records up to {self.signed} were signed for and are missing")
            return "cut"
        if self.kept and self.kept.size < first - 1:
            what = f"the given checkpoint lies before record {first}, the oldest that is kept"
            self.problem("the given checkpoint", None, None, what, _LATER)
            return "unknown"
        return "ok"


def _size(file: BinaryIO) -> int:
    return os.fstat(file.fileno()).st_size
