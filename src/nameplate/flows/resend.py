"""Sending again, in a session of its own beside the running export: a span of the journal, or what was refused."""

import asyncio
import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from nameplate.domain.timestamps import parse_rfc3339
from nameplate.ports.journal import Entry, JournalReader
from nameplate.ports.sink import DeadLetters, Encode, Event, Sink

BATCH = 500


class Again(NamedTuple):
    """How far it is: events that were taken, and that were refused."""

    sent: int = 0
    refused: int = 0


class Span(NamedTuple):
    """Records from `first` to `last`, both included; empty when `last` is smaller."""

    first: int
    last: int


def span_between(journal: JournalReader, newest: int, begin: int, end: int) -> Span:
    """The records from time `begin` to `end` (microseconds, UTC), among those up to `newest`. Reads a few of them.

    Records are in the order of their numbers; a clock that was set back between them makes the span inexact.
    """
    return Span(_first_from(journal, newest, begin), _first_from(journal, newest, end + 1) - 1)


def _first_from(journal: JournalReader, newest: int, at: int) -> int:
    """The first record that is not older than `at`, or the one behind the newest. What was pruned counts as older."""
    low, high = 1, newest + 1
    while low < high:
        middle = (low + high) // 2
        entry = journal.find(middle)
        if entry is None or _at(entry) < at:
            low = middle + 1
        else:
            high = middle
    return low


async def replay(journal: JournalReader, encode: Encode, sink: Sink, span: Span, tell: Callable[[Again], None]) -> None:
    """Send the events of these records once more; `tell` hears how far it is. Raises what the sink raises.

    What is refused again is only counted: it was kept when it was refused first, or is in the journal.
    """
    batches = _batches(journal, encode, span)
    done = Again()
    async with _Session(sink):
        while (events := await asyncio.to_thread(next, batches, None)) is not None:
            refused = len(await sink.send(events))
            done = Again(done.sent + len(events) - refused, done.refused + refused)
            tell(done)


async def retry(letters: DeadLetters, sink: Sink) -> Again:
    """Offer what was refused once more; what is taken now is no dead letter any more."""
    done, waiting = Again(), await asyncio.to_thread(letters.read)
    async with _Session(sink):
        for start in range(0, len(waiting), BATCH):
            batch = waiting[start : start + BATCH]
            refused = {refusal.event.uid for refusal in await sink.send([letter.event for letter in batch])}
            taken = frozenset(letter.event.uid for letter in batch) - refused
            await asyncio.to_thread(letters.remove, taken)
            done = Again(done.sent + len(taken), done.refused + len(refused))
    return done


class _Session:
    """The sink, open, and closed in any case."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    async def __aenter__(self) -> None:
        await self._sink.open()

    async def __aexit__(self, *_failure: object) -> None:
        await self._sink.close()


def _batches(journal: JournalReader, encode: Encode, span: Span) -> Iterator[list[Event]]:
    entries = journal.read(span.first) if span.last >= span.first else iter(())
    while batch := [entry for entry in islice(entries, BATCH) if entry.seq <= span.last]:
        yield [event for entry in batch for event in encode(_record(entry))]


def _record(entry: Entry) -> Mapping[str, Any]:
    try:
        record = json.loads(entry.raw)
    except (ValueError, RecursionError):
        return {}
    return record if isinstance(record, dict) else {}


def _at(entry: Entry) -> int:
    return parse_rfc3339(str(_record(entry).get("at", ""))) or 0
