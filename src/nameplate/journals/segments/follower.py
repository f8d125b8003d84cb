"""Reading behind the writer, from any process."""

import os
from collections.abc import Sequence
from pathlib import Path

from nameplate.domain.errors import Unavailable
from nameplate.ports.journal import Entry

from .errors import JournalBroken, JournalCut
from .format import MAX_RECORD, Segment, list_segments, record_prefix
from .heads import SLOTS, newest, own_slots, read_note
from .seek import position, seek

_CHUNK = 256 * 1024


class SegmentFollower:
    """The `Follower` port. Trusts the verifier key beside the segments; `verify` is for those who do not."""

    def __init__(self, directory: Path, from_seq: int = 1) -> None:
        """Start before record `from_seq`. The journal need not exist yet."""
        self._directory = directory
        self._next = from_seq
        self._durable = 0
        self._seen: tuple[bytes, ...] = ()
        self._segment: Segment | None = None
        self._fd = -1
        self._offset = 0
        self._last = 0

    @property
    def next_seq(self) -> int:
        """See `Follower`."""
        return self._next

    def poll(self, max_records: int) -> Sequence[Entry]:
        """See `Follower`. Raises `JournalCut` when the next record was pruned, `JournalBroken` when it is damaged."""
        if self._next > self._durable:
            self._look()
        entries: list[Entry] = []
        while self._next <= self._durable and len(entries) < max_records:
            try:
                entries += self._some(max_records - len(entries))
            except (Unavailable, OSError):
                if entries:
                    break  # These count as seen already. The next call meets the same fault again, and tells.
                raise
        return entries

    def close(self) -> None:
        """See `Follower`."""
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            os.close(fd)

    def _look(self) -> None:
        """How far may be read now? The signature is checked only when a slot has changed."""
        notes = tuple(read_note(self._directory / name) for name in SLOTS)
        if notes == self._seen:
            return
        checkpoint = newest(own_slots(self._directory))
        if checkpoint:
            self._seen = notes
            self._durable = max(self._durable, checkpoint.size)

    def _some(self, wanted: int) -> list[Entry]:
        if self._next > self._last:
            self._go_on()
        return self._read(min(wanted, self._last - self._next + 1))

    def _go_on(self) -> None:
        """Find the file of the next record, and how far it counts: a torn one may hold more than belongs to it."""
        segments = list_segments(self._directory)
        if not segments or segments[0].first > self._next:
            raise JournalCut(f"record {self._next} was pruned")
        index = position(segments, self._next)
        later = segments[index + 1 :]
        self._last = min(self._durable, later[0].first - 1) if later else self._durable
        if segments[index] != self._segment:
            try:
                self._open(segments[index])
            except FileNotFoundError:
                raise JournalCut(f"record {self._next} was pruned") from None

    def _open(self, segment: Segment) -> None:
        self.close()
        with segment.path.open("rb") as file:
            seek(file, segment, self._next)
            self._offset = file.tell()
        self._fd = os.open(segment.path, os.O_RDONLY | os.O_CLOEXEC)
        self._segment = segment

    def _read(self, wanted: int) -> list[Entry]:
        """Up to `wanted` records, as many as one chunk holds; at least one."""
        chunk = os.pread(self._fd, _CHUNK, self._offset)
        if b"\n" not in chunk:
            chunk = os.pread(self._fd, MAX_RECORD + 1, self._offset)
        entries = []
        for line in chunk.split(b"\n", wanted)[:-1]:
            raw = line[65:]
            if not raw.startswith(record_prefix(self._next)):
                break
            entries.append(Entry(self._next, raw))
            self._next += 1
            self._offset += len(line) + 1
        if not entries:
            raise JournalBroken("its segment", self._next, "the record is not in its place")
        return entries
