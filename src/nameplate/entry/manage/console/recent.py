"""The newest records, kept in memory for pages: what is older is found with the command line or in the SIEM."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from typing import Any

import msgspec

from nameplate.ports.journal import Entry

KEPT = 10_000
_decode: Any = msgspec.json.Decoder().decode

Record = Mapping[str, Any]


class Recent:
    """Fed with each record as the projection takes it in. Owned by one event loop.

    It begins with those of `entries` up to record `seq`, which the projection has taken in already.
    """

    def __init__(self, entries: Iterable[Entry], seq: int) -> None:
        self._kept: deque[Record] = deque(maxlen=KEPT)
        self._moved = asyncio.Event()
        for entry in entries:
            record = _decode(entry.raw)
            if record["seq"] > seq:
                break
            self._kept.append(record)

    def note(self, record: Record) -> None:
        """A record has been taken in."""
        self._kept.append(record)
        self._moved.set()
        self._moved = asyncio.Event()

    def newest(self, wanted: Callable[[Record], bool], limit: int, before: int = 0) -> list[Record]:
        """At most `limit` records that are `wanted`, the newest first; only such as are older than record `before`."""
        found: list[Record] = []
        for record in reversed(self._kept):
            if (not before or record["seq"] < before) and wanted(record):
                found.append(record)
                if len(found) == limit:
                    break
        return found

    def since(self, at: str) -> Iterator[Record]:
        """What is kept of the time after `at` (RFC 3339), the newest first."""
        for record in reversed(self._kept):
            if record["at"] < at:
                return
            yield record

    def kinds(self) -> list[str]:
        """Which kinds of records are kept."""
        return sorted({str(record["kind"]) for record in self._kept})

    @property
    def last(self) -> int:
        """The number of the newest record, 0 before the first."""
        return int(self._kept[-1]["seq"]) if self._kept else 0

    async def after(self, seq: int) -> AsyncIterator[Record]:
        """Every record behind `seq`, as they come, oldest first; what is kept no more is left out."""
        while True:
            moved = self._moved
            fresh = [record for record in self._kept if record["seq"] > seq]
            for record in fresh:
                yield record
            seq = fresh[-1]["seq"] if fresh else seq
            if not fresh:
                await moved.wait()
