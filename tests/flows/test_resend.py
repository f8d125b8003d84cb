"""Sending again, from a real journal to sinks that the export's own tests use."""

import asyncio
import json

import pytest

from nameplate.domain.errors import Unavailable
from nameplate.domain.timestamps import rfc3339
from nameplate.flows.resend import Again, Span, replay, retry, span_between
from nameplate.ports.journal import Entry
from nameplate.ports.sink import Letter
from tests.exports.sinks.syslog.test_sink import event
from tests.flows.test_export import AT, MemoryJournal, MemoryLetters, MemorySink, plain

SECOND = 1_000_000


class Timed(MemoryJournal):
    """Record `n` is of second `n`."""

    def __init__(self, size: int, oldest: int = 1) -> None:
        super().__init__(size)
        self.oldest = oldest
        self.raws = [
            json.dumps({"seq": n, "at": rfc3339(AT + n * SECOND), "kind": "x"}).encode() for n in range(1, size + 1)
        ]

    def find(self, seq: int) -> Entry | None:
        return Entry(seq, self.raws[seq - 1]) if self.oldest <= seq <= len(self.raws) else None


@pytest.mark.parametrize(
    ("begin", "end", "span"),
    [
        (3, 7, Span(3, 7)),
        (0, 99, Span(1, 20)),
        (20, 99, Span(20, 20)),
        (21, 99, Span(21, 20)),
        (5, 4, Span(5, 4)),
        (-9, 0, Span(1, 0)),
    ],
)
def test_a_span_of_time_is_found_with_both_of_its_ends(begin: int, end: int, span: Span) -> None:
    assert span_between(Timed(20), 20, AT + begin * SECOND, AT + end * SECOND) == span


def test_what_was_pruned_counts_as_older_and_an_empty_journal_has_no_span() -> None:
    assert span_between(Timed(20, oldest=8), 20, AT + 3 * SECOND, AT + 10 * SECOND) == Span(8, 10)
    assert span_between(Timed(0), 0, AT, AT + SECOND) == Span(1, 0)


def test_a_replay_sends_its_span_once_and_tells_how_far_it_is() -> None:
    sink, told = MemorySink(), list[Again]()
    sink.unwanted = {1500}
    asyncio.run(replay(MemoryJournal(2000), plain, sink, Span(301, 1700), told.append))
    assert sink.taken == list(range(301, 1701))
    assert told[-1] == Again(1399, 1)
    assert len(told) == 3
    assert sink.closed


def test_a_replay_of_nothing_sends_nothing() -> None:
    sink = MemorySink()
    asyncio.run(replay(MemoryJournal(5), plain, sink, Span(6, 5), lambda _: None))
    assert sink.taken == []


def test_a_replay_that_breaks_says_so_and_lets_go_of_the_sink() -> None:
    sink = MemorySink()
    sink.failing = {1}
    with pytest.raises(Unavailable, match="cut"):
        asyncio.run(replay(MemoryJournal(5), plain, sink, Span(1, 5), lambda _: None))
    assert sink.closed


def test_letters_that_are_taken_now_are_forgotten_and_the_others_stay() -> None:
    sink, letters = MemorySink(), MemoryLetters()
    letters.add([Letter(event(seq), "no", AT) for seq in range(1, 5)])
    sink.unwanted = {2}
    assert asyncio.run(retry(letters, sink)) == Again(3, 1)
    assert [letter.event.seq for letter in letters.letters] == [2]


def test_letters_stay_where_the_receiver_is_gone() -> None:
    sink, letters = MemorySink(), MemoryLetters()
    letters.add([Letter(event(1), "no", AT)])
    sink.failing = {1}
    with pytest.raises(Unavailable):
        asyncio.run(retry(letters, sink))
    assert letters.count == 1
