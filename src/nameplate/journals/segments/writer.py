"""Puts groups of records on the disk. Runs in one thread; nothing here knows the event loop."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from nameplate.domain.notes import Checkpoint, VerifierKey

from .files import Files, write_all
from .format import VERSION, Chain, Header, Segment, segment_path
from .heads import HeadWriter
from .recovery import Recovered
from .reserve import DISK_FULL, Reserve
from .settings import Settings


class Place(NamedTuple):
    """Where the writer's files lie, and how it reaches them."""

    directory: Path
    key: VerifierKey
    sign: Callable[[bytes], bytes]
    clock: Callable[[], int]
    files: Files
    settings: Settings

    @property
    def node(self) -> str:
        """The node whose journal this is."""
        return self.key.name.partition("/")[2]


class SegmentWriter:
    """Every method raises `OSError` when the disk fails; then nothing of that call counts, and `repair` is due.

    `chain` and `_offset` always describe what is durable and signed for: never advance them before.
    """

    def __init__(self, place: Place, recovered: Recovered) -> None:
        """Continue after `recovered`: cut what is torn, sign for what is there."""
        self._place = place
        self._files = place.files
        self.chain = recovered.chain
        self.heads = HeadWriter(place.directory, place.files, place.key, place.sign)
        self.reserve = Reserve(place.directory, place.settings.reserve_bytes, place.files)
        self._fd = -1
        self._mended = False
        try:
            self._continue(recovered)
        except BaseException:
            self.heads.close()
            self._release()
            raise
        self.reserve_used = not self.reserve.is_whole()
        if self.reserve_used:
            self._set_space_aside()

    def write(self, lines: bytes, chain: Chain, *, urgent: bool) -> None:
        """Make `lines` durable and sign for `chain`, which ends with them. `urgent` may use up the reserve."""
        try:
            self._attempt(lines, chain)
        except OSError as error:
            if not (urgent and error.errno in DISK_FULL and self.reserve.is_whole()):
                raise
            self.reserve.free()
            self.reserve_used = True
            self._attempt(lines, chain)

    def hand_over(self, place: "Place") -> None:
        """From now on sign with the key of `place`: the last record says so. Also after an error, once repaired."""
        self._place = place
        self._mended = False
        self.heads.change_key(place.key, place.sign)
        self._mend()

    def repair(self) -> None:
        """Bring the files back to what is durable, and the reserve to its size."""
        self._mend()
        self.reserve.renew()
        self.reserve_used = False

    def close(self) -> None:
        """Let go of the files, with the newest checkpoint on the disk where that is possible."""
        try:
            self.heads.sync()
        finally:
            self.heads.close()
            self._release()

    def _continue(self, recovered: Recovered) -> None:
        if recovered.segment is None or recovered.header is None:
            self.heads.write_both(self._checkpoint(self.chain))
            self._begin_segment(torn=None)
        else:
            self._segment, self._header, self._offset = recovered.segment, recovered.header, recovered.offset
        self._mend()
        if self._header.version != VERSION:
            # A file of an older version is never written on: its readers would not understand what comes.
            self._rotate()

    def _attempt(self, lines: bytes, chain: Chain) -> None:
        if not self._mended:
            self._mend()
        self._mended = False
        self._write(lines, chain)
        self._mended = True

    def _write(self, lines: bytes, chain: Chain) -> None:
        if self._offset + len(lines) > self._place.settings.segment_bytes and self._has_records():
            self._rotate()
        write_all(self._files, self._fd, lines, self._offset)
        self._files.sync(self._fd)
        self.heads.write(self._checkpoint(chain))
        self.chain = chain
        self._offset += len(lines)

    def _rotate(self) -> None:
        self.heads.sync()
        self._begin_segment(torn=None)

    def _begin_segment(self, torn: int | None) -> None:
        """Start the file of the next record. It gets its name when it is whole: no reader meets half a header."""
        first = self.chain.size + 1
        header = Header(self._place.node, first, self.chain.link, tuple(self.chain.tree.peaks), torn)
        segment = Segment(first, segment_path(self._place.directory, first))
        fresh, line = segment.path.with_suffix(".new"), header.encode()
        fd = self._files.open(fresh)
        try:
            self._files.truncate(fd, 0)
            write_all(self._files, fd, line, 0)
            self._files.sync(fd)
            self._files.rename(fresh, segment.path)
            self._files.sync_directory(self._place.directory)
        except OSError:
            self._files.close(fd)
            raise
        self._release()
        self._fd, self._segment, self._header, self._offset = fd, segment, header, len(line)

    def _mend(self) -> None:
        """Leave nothing on the disk but what is durable and signed for.

        The heads come first: a crash in between must not leave a checkpoint that says more than the segments hold.
        """
        self._mended = False
        self.heads.write_both(self._checkpoint(self.chain))
        following = segment_path(self._place.directory, self.chain.size + 1)
        if following != self._segment.path:
            self._files.remove(following)
        try:
            self._cut_back()
        except OSError:
            self._leave_behind()
        self._files.sync_directory(self._place.directory)
        self._mended = True

    def _cut_back(self) -> None:
        """Cut the current file behind the last durable record. Opened anew: a failed descriptor is not trusted."""
        self._release()
        self._fd = self._files.open(self._segment.path)
        self._files.truncate(self._fd, self._offset)
        self._files.sync(self._fd)

    def _leave_behind(self) -> None:
        """The file cannot be cut: go on in a new one, which says how far this one counts."""
        self._begin_segment(torn=self._offset if self._has_records() else self._header.torn)

    def _set_space_aside(self) -> None:
        """At a start; a disk that is full then leaves room for urgent records only."""
        try:
            self.reserve.renew()
        except OSError as error:
            if error.errno not in DISK_FULL:
                raise
        else:
            self.reserve_used = False

    def _has_records(self) -> bool:
        return self._segment.first <= self.chain.size

    def _checkpoint(self, chain: Chain) -> Checkpoint:
        return Checkpoint(self._place.key.name, chain.size, chain.tree.root(), chain.link, self._place.clock())

    def _release(self) -> None:
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            self._files.close(fd)
