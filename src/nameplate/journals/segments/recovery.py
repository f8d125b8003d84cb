"""What a start finds: where the chain ends, and whether everything is there that the node has signed for."""

from collections.abc import Sequence
from typing import BinaryIO, NamedTuple

from nameplate.domain.merkle import Frontier
from nameplate.domain.notes import EMPTY_LINK, Checkpoint

from .errors import JournalBroken, JournalCut
from .format import MAX_HEADER, MAX_RECORD, Chain, Header, Segment, parse_header


class Recovered(NamedTuple):
    """The end of the journal: the chain, and the file that ends with it (`None`: start a new one) up to `offset`.

    `tail` is the last record, if that file holds one. `lost` is the number of records that a checkpoint covers and that
    are gone (only with `accept_cut`).
    """

    chain: Chain
    segment: Segment | None
    header: Header | None
    offset: int
    lost: int
    tail: bytes = b""


def recover(
    segments: Sequence[Segment], node: str, checkpoints: Sequence[Checkpoint], *, accept_cut: bool
) -> Recovered:
    """Follow the chain from the newest checkpoint to its end. `checkpoints` are the valid ones, in any order.

    Bytes after the end count as torn and are the caller's to cut, if no checkpoint covers them. Raises
    `JournalBroken`, or `JournalCut` unless `accept_cut`.
    """
    signed = max((checkpoint.size for checkpoint in checkpoints), default=0)
    if segments and not checkpoints and not accept_cut:
        raise JournalCut("there is no valid checkpoint")
    walk = _Walk(node, checkpoints, signed)
    for index in range(_start(segments, signed), len(segments)):
        walk.segment(segments[index], _follower(segments, index))
    lost = max(0, signed - walk.chain.size)
    if segments and checkpoints and not lost and signed not in walk.compared:
        raise JournalBroken(segments[0].path.name, signed, "the newest checkpoint lies before the oldest record")
    if lost and not accept_cut:
        raise JournalCut(f"{walk.chain.size} are here, {signed} were signed for")
    return Recovered(walk.chain, walk.last, walk.header, walk.offset, lost, walk.tail)


def _start(segments: Sequence[Segment], signed: int) -> int:
    """The segment that holds the last signed record."""
    return max((index for index, segment in enumerate(segments) if segment.first <= max(signed, 1)), default=0)


def _follower(segments: Sequence[Segment], index: int) -> Header | None:
    """The header of the next segment; `None` behind the last whole one."""
    if index + 1 == len(segments):
        return None
    with segments[index + 1].path.open("rb") as file:
        line = file.readline(MAX_HEADER)
    try:
        return parse_header(line)
    except ValueError:
        return None


class _Walk:
    """The walk along the segments."""

    def __init__(self, node: str, checkpoints: Sequence[Checkpoint], signed: int) -> None:
        self.node = node
        self.checkpoints = {checkpoint.size: checkpoint for checkpoint in checkpoints}
        self.signed = signed
        self.compared: set[int] = set()
        self.chain = Chain(EMPTY_LINK, Frontier())
        self.last: Segment | None = None
        self.header: Header | None = None
        self.offset = 0
        self.tail = b""

    def segment(self, segment: Segment, following: Header | None) -> None:
        """Follow one segment; `following` is the header of the next, when that is whole."""
        with segment.path.open("rb") as file:
            line = file.readline(MAX_HEADER)
            self._begin(segment, line)
            self.offset = len(line)
            self._records(segment, file, following)

    def _begin(self, segment: Segment, line: bytes) -> None:
        try:
            header = parse_header(line)
        except ValueError as error:
            raise JournalBroken(segment.path.name, segment.first, str(error)) from error
        if self.last is None:
            self.chain = Chain(header.link, Frontier(header.first - 1, header.peaks))
        peaks = tuple(self.chain.tree.peaks)
        expected = Header(self.node, segment.first, self.chain.link, peaks, header.torn, header.version)
        if header != expected or self.chain.size != segment.first - 1:
            raise JournalBroken(segment.path.name, segment.first, "the segment does not continue the one before")
        self.last, self.header = segment, header
        self._compare(segment)

    def _records(self, segment: Segment, file: BinaryIO, following: Header | None) -> None:
        limit = None if following is None else following.torn
        while (limit is None or self.offset < limit) and (line := file.readline(MAX_RECORD + 1)):
            fault = self.chain.step(line)
            if fault:
                cut_short = len(line) <= MAX_RECORD and not line.endswith(b"\n")
                if following is None and (cut_short or self.chain.size >= self.signed):
                    return
                raise JournalBroken(segment.path.name, self.chain.size + 1, fault)
            self.offset, self.tail = self.offset + len(line), line[65:-1]
            self._compare(segment)

    def _compare(self, segment: Segment) -> None:
        """Hold the chain against the checkpoint of this size, if there is one."""
        checkpoint = self.checkpoints.get(self.chain.size)
        if checkpoint is None:
            return
        if checkpoint.link != self.chain.link or checkpoint.root != self.chain.tree.root():
            raise JournalBroken(segment.path.name, self.chain.size, "the signed checkpoint says otherwise")
        self.compared.add(self.chain.size)
