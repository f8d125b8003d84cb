import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from nameplate.domain.errors import Conflict, Unavailable
from nameplate.domain.findings import Severity
from nameplate.exports.position import PositionFile
from nameplate.exports.sinks.file import FileSink
from nameplate.flows.export import Export, Lag, Pace, Progress
from nameplate.journals.segments.journal import SegmentJournal
from nameplate.journals.segments.reader import SegmentReader
from nameplate.keys.file.store import FileSigner
from nameplate.ports.journal import Entry
from nameplate.ports.sink import Busy, Event, Letter, Position, Refusal
from tests.exports.rsyslogd import eventually

NODE = "clinic-1"
PACE = Pace(batch=100, idle=0.01, retry=0.01, longest_retry=0.05)
AT = 1_700_000_000_000_000


class MemoryJournal:
    """The `JournalReader` port over a list. `oldest`: what lies before was pruned. `trouble`: why it cannot be read."""

    def __init__(self, size: int) -> None:
        self.raws = [raw(seq) for seq in range(1, size + 1)]
        self.oldest = 1
        self.trouble: Exception | None = None

    def read(self, from_seq: int = 1) -> Iterator[Entry]:
        for seq in range(max(from_seq, self.oldest), len(self.raws) + 1):
            yield Entry(seq, self.raws[seq - 1])

    def find(self, seq: int) -> Entry | None:
        return next((entry for entry in self.read(seq) if entry.seq == seq), None)

    def follow(self, from_seq: int = 1) -> "MemoryFollower":
        return MemoryFollower(self, from_seq)


class MemoryFollower:
    def __init__(self, journal: MemoryJournal, from_seq: int) -> None:
        self._journal, self.next_seq = journal, from_seq

    def poll(self, max_records: int) -> Sequence[Entry]:
        if self._journal.trouble:
            raise self._journal.trouble
        last = min(len(self._journal.raws), self.next_seq + max_records - 1)
        entries = [Entry(seq, self._journal.raws[seq - 1]) for seq in range(self.next_seq, last + 1)]
        self.next_seq += len(entries)
        return entries

    def close(self) -> None:
        pass


class MemorySink:
    """The `Sink` port over a list. `failing` sends fail after having taken half of what they were given."""

    def __init__(self, margin: int = 0, *, confirms: bool = True) -> None:
        self.margin, self.confirms = margin, confirms
        self.sessions: list[list[int]] = []
        self.closed = True
        self.failing: set[int] = set()
        self.error: Unavailable = Unavailable("sink", "the line is cut")
        self.unwanted: set[int] = set()
        self.broken = False
        self.sends = 0

    @property
    def taken(self) -> list[int]:
        return [seq for session in self.sessions for seq in session]

    async def open(self) -> None:
        assert self.closed
        self.sessions.append([])
        self.closed = self.broken = False

    async def send(self, events: Sequence[Event]) -> Sequence[Refusal]:
        self.sends += bool(events)
        failing = bool(events) and self.sends in self.failing
        kept = events[: len(events) // 2] if failing else events
        self.sessions[-1] += [event.seq for event in kept]
        if failing:
            self.broken = True
            raise self.error
        return [Refusal(event, "not wanted") for event in events if event.seq in self.unwanted]

    async def close(self) -> bool:
        self.closed = True
        return self.confirms and not self.broken


class MemoryLetters:
    """The `DeadLetters` port over a list. `full`: takes no more."""

    def __init__(self, *, full: bool = False) -> None:
        self.letters: list[Letter] = []
        self.full = full

    @property
    def count(self) -> int:
        return len(self.letters)

    def add(self, letters: Sequence[Letter]) -> None:
        if self.full:
            raise Unavailable("full", "there is no more room")
        self.letters += letters

    def read(self) -> list[Letter]:
        return list(self.letters)

    def remove(self, uids: frozenset[str]) -> None:
        self.letters = [letter for letter in self.letters if letter.event.uid not in uids]


class Memory:
    """The `PositionStore` port over a variable."""

    def __init__(self, position: Position | None = None) -> None:
        self.position = position
        self.history: list[Position] = []

    def load(self) -> Position | None:
        return self.position

    def save(self, position: Position) -> None:
        self.position = position
        self.history.append(position)


def raw(seq: int) -> bytes:
    return b'{"seq":%d,"at":"2023-11-14T22:13:20.000000Z","kind":"stopped"}' % seq


def plain(record: Mapping[str, Any]) -> list[Event]:
    return [Event(f"n-{record['seq']}", record["seq"], AT, Severity.INFO, "x", b"{}")]


def run(export: Export, act: Callable[[Export], Awaitable[None]]) -> None:
    """Run `act` beside the export, then end the export in order."""

    async def both() -> None:
        stop = asyncio.Event()
        task = asyncio.create_task(export.run(stop))
        acting = asyncio.ensure_future(act(export))
        await asyncio.wait({task, acting}, return_when=asyncio.FIRST_COMPLETED)
        stop.set()
        await task
        await acting

    asyncio.run(both())


def settled(seq: int) -> Callable[[Export], Awaitable[None]]:
    return lambda export: eventually(lambda: export.progress.settled >= seq)


def test_a_new_sink_gets_everything_from_the_beginning_in_order() -> None:
    sink, positions = MemorySink(), Memory()
    run(Export(MemoryJournal(250), NODE, plain, sink, positions, MemoryLetters(), PACE), settled(250))
    assert sink.taken == list(range(1, 251))
    assert positions.position
    assert positions.position.resume_at == 251


def test_what_comes_later_goes_out_too() -> None:
    journal, sink = MemoryJournal(3), MemorySink()

    async def act(export: Export) -> None:
        await eventually(lambda: export.progress.settled == 3 and export.progress.waiting_since is None)
        journal.raws.append(raw(4))
        await eventually(lambda: export.progress.settled == 4)

    run(Export(journal, NODE, plain, sink, Memory(), MemoryLetters(), PACE), act)
    assert sink.taken == [1, 2, 3, 4]


def test_after_an_orderly_end_nothing_is_sent_twice() -> None:
    journal, positions, sink = MemoryJournal(150), Memory(), MemorySink(margin=50)
    run(Export(journal, NODE, plain, sink, positions, MemoryLetters(), PACE), settled(150))
    journal.raws.append(raw(151))
    run(Export(journal, NODE, plain, sink, positions, MemoryLetters(), PACE), settled(151))
    assert sink.taken == list(range(1, 152))


def test_a_cancelled_export_ends_in_order_too() -> None:
    journal, positions, sink = MemoryJournal(150), Memory(), MemorySink(margin=50)

    async def cancel() -> None:
        export = Export(journal, NODE, plain, sink, positions, MemoryLetters(), PACE)
        task = asyncio.create_task(export.run(asyncio.Event()))
        await settled(150)(export)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert sink.closed
    assert positions.position
    assert positions.position.resume_at == 151


def test_an_end_that_the_receiver_did_not_confirm_goes_back_by_the_margin() -> None:
    journal, positions, sink = MemoryJournal(150), Memory(), MemorySink(margin=50, confirms=False)
    run(Export(journal, NODE, plain, sink, positions, MemoryLetters(), PACE), settled(150))
    run(Export(journal, NODE, plain, sink, positions, MemoryLetters(), PACE), settled(150))
    assert sink.sessions == [list(range(1, 151)), list(range(101, 151))]


def test_a_broken_session_goes_back_by_the_margin_and_loses_nothing() -> None:
    sink = MemorySink(margin=50)
    sink.failing = {3}
    run(Export(MemoryJournal(400), NODE, plain, sink, Memory(), MemoryLetters(), PACE), settled(400))
    assert sink.sessions[0] == list(range(1, 251))
    assert sink.sessions[1] == list(range(151, 401))


def test_the_kept_position_never_goes_back_however_often_the_line_is_cut() -> None:
    sink, positions = MemorySink(margin=150), Memory()
    sink.failing = {2, 3, 5, 9, 10, 11}
    run(Export(MemoryJournal(1000), NODE, plain, sink, positions, MemoryLetters(), PACE), settled(1000))
    kept = [position.resume_at for position in positions.history]
    assert kept == sorted(kept)
    assert set(sink.taken) == set(range(1, 1001))


def test_a_crash_between_sending_and_keeping_sends_twice_and_loses_nothing() -> None:
    journal, sink, positions = MemoryJournal(30), MemorySink(), Memory()
    run(Export(journal, NODE, plain, sink, positions, MemoryLetters(), PACE), settled(30))
    positions.position = None
    run(Export(journal, NODE, plain, sink, positions, MemoryLetters(), PACE), settled(30))
    assert sink.taken == [*range(1, 31), *range(1, 31)]


def test_the_position_of_another_node_is_refused() -> None:
    positions = Memory(Position("elsewhere", 3, 2, "00"))
    sink = MemorySink()
    with pytest.raises(Conflict, match="elsewhere"):
        run(Export(MemoryJournal(9), NODE, plain, sink, positions, MemoryLetters(), PACE), settled(9))
    assert sink.taken == []


def test_a_journal_that_says_something_else_is_refused() -> None:
    journal, positions = MemoryJournal(9), Memory()
    run(Export(journal, NODE, plain, MemorySink(), positions, MemoryLetters(), PACE), settled(9))
    journal.raws[8] = raw(9).replace(b"stopped", b"started")
    with pytest.raises(Conflict, match="Record 9"):
        run(Export(journal, NODE, plain, MemorySink(), positions, MemoryLetters(), PACE), settled(9))


def test_a_journal_that_was_set_back_is_refused() -> None:
    journal, positions = MemoryJournal(9), Memory()
    run(Export(journal, NODE, plain, MemorySink(), positions, MemoryLetters(), PACE), settled(9))
    del journal.raws[5:]
    with pytest.raises(Conflict, match="remove the sink's position"):
        run(Export(journal, NODE, plain, MemorySink(), positions, MemoryLetters(), PACE), settled(9))


def test_records_pruned_before_they_were_sent_are_counted_and_the_rest_goes_out() -> None:
    journal, positions, sink = MemoryJournal(20), Memory(), MemorySink()
    run(Export(journal, NODE, plain, MemorySink(), positions, MemoryLetters(), PACE), settled(20))
    journal.raws += [raw(seq) for seq in range(21, 41)]
    journal.oldest = 31
    export = Export(journal, NODE, plain, sink, positions, MemoryLetters(), PACE)
    run(export, settled(40))
    assert sink.taken == list(range(31, 41))
    assert export.progress.skipped == 10


def test_a_journal_that_cannot_be_read_is_tried_again() -> None:
    journal, sink = MemoryJournal(5), MemorySink()
    journal.trouble = Unavailable("journal", "the disk is away")

    async def act(export: Export) -> None:
        await eventually(lambda: "the disk is away" in export.progress.trouble)
        journal.trouble = None
        await eventually(lambda: export.progress.settled == 5 and not export.progress.trouble)

    run(Export(journal, NODE, plain, sink, Memory(), MemoryLetters(), PACE), act)
    assert sink.taken == [1, 2, 3, 4, 5]


def test_a_record_that_is_no_object_is_counted_and_holds_nothing_up() -> None:
    journal, sink = MemoryJournal(3), MemorySink()
    journal.raws[1] = b"[" * 100_000
    export = Export(journal, NODE, plain, sink, Memory(), MemoryLetters(), PACE)
    run(export, settled(3))
    assert sink.taken == [1, 3]
    assert export.progress.unreadable == 1


def test_the_lag_is_told_in_records_and_seconds() -> None:
    waiting = Progress(settled=40, waiting_since=AT)
    assert waiting.lag(45, AT + 2_500_000) == Lag(5, 2.5)
    assert waiting.lag(45, AT - 1) == Lag(5, 0)
    assert waiting.lag(40, AT + 2_500_000) == Lag(0, 0)
    assert Progress(settled=40).lag(45, AT) == Lag(5, 0)


def test_a_sink_that_cannot_be_reached_shows_its_lag(tmp_path: Path) -> None:
    sink = FileSink(tmp_path / "missing" / "out")
    export = Export(MemoryJournal(7), NODE, plain, sink, Memory(), MemoryLetters(), PACE)
    run(export, lambda export: eventually(lambda: bool(export.progress.trouble)))
    assert export.progress.lag(7, AT + 1_000_000) == Lag(7, 1.0)


def test_back_off_doubles_up_to_a_limit_with_jitter() -> None:
    export = Export(
        MemoryJournal(0),
        NODE,
        plain,
        MemorySink(),
        Memory(),
        MemoryLetters(),
        Pace(retry=1, longest_retry=5, jitter=lambda: 1),
    )
    assert [export.next_delay() for _ in range(5)] == [1, 2, 4, 5, 5]
    halved = Export(
        MemoryJournal(0), NODE, plain, MemorySink(), Memory(), MemoryLetters(), Pace(retry=1, jitter=lambda: 0)
    )
    assert halved.next_delay() == 0.5


def test_a_real_journal_put_back_from_an_older_copy_is_refused(tmp_path: Path) -> None:
    async def append(count: int) -> None:
        journal = SegmentJournal(tmp_path / "journal", NODE, FileSigner("journal", bytes(32)))
        await asyncio.gather(*{journal.append(b'{"kind":"stopped"}', AT) for _ in range(count)})
        await journal.close()

    def export() -> Export:
        reader, positions = SegmentReader(tmp_path / "journal"), PositionFile(tmp_path / "position")
        return Export(reader, NODE, plain, FileSink(tmp_path / "out"), positions, MemoryLetters(), PACE)

    asyncio.run(append(5))
    shutil.copytree(tmp_path / "journal", tmp_path / "copy")
    asyncio.run(append(5))
    run(export(), settled(10))
    shutil.rmtree(tmp_path / "journal")
    (tmp_path / "copy").rename(tmp_path / "journal")
    with pytest.raises(Conflict, match="Record 10"):
        run(export(), settled(10))
    assert len((tmp_path / "out").read_text().splitlines()) == 10


def test_an_export_that_starts_before_its_journal_waits_for_it(tmp_path: Path) -> None:
    sink = MemorySink()

    async def act(export: Export) -> None:
        await eventually(lambda: bool(sink.sessions))
        journal = SegmentJournal(tmp_path / "journal", NODE, FileSigner("journal", bytes(32)))
        await journal.append(b'{"kind":"stopped"}', AT)
        await journal.close()
        await settled(1)(export)

    run(Export(SegmentReader(tmp_path / "journal"), NODE, plain, sink, Memory(), MemoryLetters(), PACE), act)
    assert sink.taken == [1]


def test_what_is_refused_for_good_is_kept_and_all_else_goes_on() -> None:
    sink, letters = MemorySink(), MemoryLetters()
    sink.unwanted = {3, 7}
    export = Export(MemoryJournal(20), NODE, plain, sink, Memory(), letters, PACE)
    run(export, settled(20))
    assert [(letter.event.seq, letter.why) for letter in letters.letters] == [(3, "not wanted"), (7, "not wanted")]
    assert export.progress.sent == 18
    assert export.progress.last_success


def test_where_refused_events_cannot_be_kept_the_sink_waits_and_says_why() -> None:
    sink, letters = MemorySink(), MemoryLetters(full=True)
    sink.unwanted = {3}
    export = Export(MemoryJournal(20), NODE, plain, sink, Memory(), letters, PACE)

    async def act(export: Export) -> None:
        await eventually(lambda: "no more room" in export.progress.trouble)
        assert export.progress.settled == 0
        letters.full = False
        await eventually(lambda: export.progress.settled == 20)

    run(export, act)
    assert [letter.event.seq for letter in letters.letters] == [3]
    assert "no more room" in export.progress.last_error


def test_a_receiver_that_asks_for_time_gets_it_within_bounds() -> None:
    sink = MemorySink()
    sink.failing, sink.error = {1}, Busy("busy", 3600.0)
    export = Export(MemoryJournal(5), NODE, plain, sink, Memory(), MemoryLetters(), PACE._replace(longest_wait=0.3))
    began = time.monotonic()
    run(export, settled(5))
    assert time.monotonic() - began >= 0.3
