"""The journal of a data directory as a past to look back on. Touches nothing, whether the server runs or not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from nameplate.domain.errors import NotFound
from nameplate.domain.outcomes import Happening
from nameplate.domain.registry import Registry, fold
from nameplate.journals.segments import SegmentReader
from nameplate.journals.segments.reader import durable_size

from .paths import Paths
from .replay import catch_up, first_since

_decode: Any = msgspec.json.Decoder().decode
_HEAD = 96
"""The kind of a record stands within so many bytes of its beginning."""


class Past:
    """Everything since a time (microseconds). `registry` is of now, `zones`: where actors were at the beginning.

    Raises NotFound, and JournalCut where what was pruned is in no snapshot.
    """

    def __init__(self, data: Path, since: int) -> None:
        folder = Paths(data).journal
        if not folder.is_dir():
            raise NotFound("journal_missing", f"{data} holds no journal.", "Name the data directory of a server.")
        self.since = since
        self._reader = SegmentReader(folder)
        self._first = first_since(self._reader, durable_size(folder) or 0, since)
        self.registry = Registry()
        self.zones: dict[str, str] = {}
        self._look(folder)

    def records(self) -> Iterator[dict[str, Any]]:
        """Decisions and what was seen at doors, in their order."""
        for entry in self._reader.read(self._first):
            if entry.seq > self.registry.seq:
                return
            head = entry.raw[:_HEAD]
            if b'"kind":"decision"' in head or b'"kind":"outcome"' in head:
                yield _decode(entry.raw)

    def _look(self, folder: Path) -> None:
        late = catch_up(self.registry, folder) and self._first <= self.registry.seq
        for entry in self._reader.read(self.registry.seq + 1):
            if entry.seq == self._first:
                self.zones = {ident: each.zone for ident, each in self.registry.standings.items()}
            # Decisions change nothing that a contract asks about, and are most of all records.
            if b'"kind":"decision"' not in entry.raw[:_HEAD]:
                fold(self.registry, _decode(entry.raw))
            self.registry.seq = entry.seq
        if late:
            self._look_back()

    def _look_back(self) -> None:
        """The oldest state that is known is of later: whoever has passed a door since the beginning stood before it."""
        self.zones = {ident: each.zone for ident, each in self.registry.standings.items()}
        came: dict[str, str] = {}
        for record in self.records():
            if record["kind"] == "outcome" and record["happening"] == Happening.PASSAGE:
                came.setdefault(record.get("actor", ""), record.get("from_zone", ""))
        self.zones.update(came)
