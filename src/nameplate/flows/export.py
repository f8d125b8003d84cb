"""Journal -> format -> sink, with a position of its own, at least once."""

import asyncio
import contextlib
import hashlib
import json
import random
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

from nameplate.domain.errors import Conflict, NameplateError, NotFound, Unavailable
from nameplate.domain.timestamps import parse_rfc3339
from nameplate.ports.journal import Entry, Follower, JournalReader
from nameplate.ports.sink import Busy, DeadLetters, Encode, Event, Letter, Position, PositionStore, Refusal, Sink
from nameplate.ports.threads import in_thread


class Pace(NamedTuple):
    """`batch` records at most in one go; times in seconds. `longest_wait`: even where a receiver asks for more.

    `jitter` gives numbers from 0 to 1, `clock` the time in microseconds (UTC).
    """

    batch: int = 500
    idle: float = 0.25
    retry: float = 0.5
    longest_retry: float = 30.0
    longest_wait: float = 600.0
    jitter: Callable[[], float] = random.random
    clock: Callable[[], int] = lambda: time.time_ns() // 1000


DEFAULT_PACE = Pace()


class Lag(NamedTuple):
    """How far a sink is behind: records it has not taken, and the age of the oldest of them in seconds."""

    records: int
    seconds: float


class Progress(NamedTuple):
    """Where a sink stands. `settled`: the last record that it has taken; after a broken session this goes back.

    `waiting_since`: time of the oldest record that waits (microseconds, UTC), None when none is known. `trouble`: why
    nothing goes out now, empty when all is well. `skipped`: records that were pruned before they could be sent.
    `unreadable`: records that are no JSON objects. `sent`: events that were taken since the start; `last_success` and
    `last_error_at` are times (microseconds, UTC).
    """

    settled: int = 0
    waiting_since: int | None = None
    trouble: str = ""
    skipped: int = 0
    unreadable: int = 0
    sent: int = 0
    last_success: int | None = None
    last_error: str = ""
    last_error_at: int | None = None

    def lag(self, newest: int, now: int) -> Lag:
        """Behind the journal, whose last record is `newest`, at `now` (microseconds, UTC)."""
        behind = max(0, newest - self.settled)
        waited = 0 if self.waiting_since is None or not behind else max(0, now - self.waiting_since)
        return Lag(behind, waited / 1_000_000)


class Export:
    """Carries one node's journal to one sink. Nothing waits for it: it follows behind the journal."""

    def __init__(
        self,
        journal: JournalReader,
        node: str,
        encode: Encode,
        sink: Sink,
        positions: PositionStore,
        letters: DeadLetters,
        pace: Pace = DEFAULT_PACE,
    ) -> None:
        self._journal, self._node, self._encode, self._sink = journal, node, encode, sink
        self._positions, self._letters, self._pace = positions, letters, pace
        self._position = Position(node)
        self._failures = 0
        self._progress = Progress()

    @property
    def progress(self) -> Progress:
        """For metrics and the command line. May be read from any thread."""
        return self._progress

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until `stop` is set, through all troubles of the sink.

        Raises before anything is sent: `Conflict` when the position belongs to another journal, `Invalid` or
        `Unavailable` when it cannot be read.
        """
        self._position = await in_thread(lambda: _recall(self._journal, self._node, self._positions))
        while not stop.is_set():
            try:
                await self._session(stop)
            except (NameplateError, OSError) as error:
                now, why = self._pace.clock(), str(error)
                self._progress = self._progress._replace(trouble=why, last_error=why, last_error_at=now)
                asked = min(error.after, self._pace.longest_wait) if isinstance(error, Busy) else 0.0
                await _wait(stop, max(self.next_delay(), asked))

    async def _session(self, stop: asyncio.Event) -> None:
        """One connection, from where it is certain that everything before has arrived."""
        start = await in_thread(self._start)
        follower = self._journal.follow(start)
        try:
            await self._sink.open()
            while not stop.is_set():
                await self._step(follower, stop)
        finally:
            follower.close()
            await self._end()

    async def _end(self) -> None:
        """Also after a failure and when cancelled: what is known to have arrived need not be sent again."""
        if await self._sink.close():
            with contextlib.suppress(Unavailable):
                await self._keep(self._position._replace(resume_at=self._progress.settled + 1))

    async def _step(self, follower: Follower, stop: asyncio.Event) -> None:
        entries, events = await in_thread(lambda: self._next(follower))
        refusals = await self._sink.send(events)
        if events:
            await self._count(len(events), refusals)
        if entries:
            await self._settle(entries[-1])
        else:
            self._progress = self._progress._replace(trouble="", waiting_since=None)
            await _wait(stop, self._pace.idle)

    async def _count(self, events: int, refusals: Sequence[Refusal]) -> None:
        """What was refused is kept before the position moves: it is either there or sent again."""
        now = self._pace.clock()
        if refusals:
            letters = [Letter(refusal.event, refusal.why, now) for refusal in refusals]
            await in_thread(lambda: self._letters.add(letters))
        if events > len(refusals):
            sent = self._progress.sent + events - len(refusals)
            self._progress = self._progress._replace(sent=sent, last_success=now)

    async def _settle(self, last: Entry) -> None:
        """The sink has taken everything up to `last`. What it may still lose is sent again by the next session."""
        self._failures = 0
        self._progress = self._progress._replace(trouble="", settled=last.seq)
        resume_at = max(self._position.resume_at, last.seq + 1 - self._sink.margin)
        position = self._position._replace(resume_at=resume_at)
        if last.seq > position.sent:
            position = position._replace(sent=last.seq, digest=_digest(last))
        await self._keep(position)

    async def _keep(self, position: Position) -> None:
        """Never back: once everything before a place has arrived, that stays so."""
        if position != self._position:
            await in_thread(lambda: self._positions.save(position))
            self._position = position

    def _start(self) -> int:
        """Where this session begins. What was pruned meanwhile is counted: it cannot be sent any more."""
        start = self._position.resume_at
        first = _first(self._journal, start)
        begin = max(start, first.seq) if first else start
        if begin - 1 > self._position.sent:
            self._position = Position(self._node, begin, begin - 1)
        self._position = self._position._replace(resume_at=begin)
        waiting, skipped = _at(first) if first else None, self._progress.skipped + begin - start
        self._progress = self._progress._replace(settled=begin - 1, waiting_since=waiting, skipped=skipped)
        return begin

    def _next(self, follower: Follower) -> tuple[Sequence[Entry], list[Event]]:
        """Runs in a thread: reading and encoding a batch takes too long for an event loop that others share."""
        entries = follower.poll(self._pace.batch)
        if entries:
            self._progress = self._progress._replace(waiting_since=_at(entries[0]))
        return entries, [event for entry in entries for event in self._events(entry)]

    def _events(self, entry: Entry) -> Sequence[Event]:
        record = _record(entry)
        if record is None:
            self._progress = self._progress._replace(unreadable=self._progress.unreadable + 1)
            return ()
        return self._encode(record)

    def next_delay(self) -> float:
        """Doubles with each failure in a row; the jitter keeps many sinks from coming back at once."""
        longest = min(self._pace.longest_retry, self._pace.retry * 2.0 ** min(self._failures, 16))
        self._failures += 1
        return longest * (0.5 + self._pace.jitter() / 2)


def _recall(journal: JournalReader, node: str, positions: PositionStore) -> Position:
    """The saved position, if the journal is still the one that it was made on. A new sink gets everything there is."""
    position = positions.load()
    if position is None:
        return Position(node)
    if position.node != node:
        raise _other(f"The sink's position belongs to node {position.node}, this journal to {node}.")
    if position.digest:
        entry = _first(journal, position.sent)
        if entry is None or (entry.seq == position.sent and _digest(entry) != position.digest):
            raise _other(f"Record {position.sent}, which the sink took last, is not in this journal as it was sent.")
    return position


def _other(message: str) -> Conflict:
    remedy = "If this journal is the right one, remove the sink's position: everything in it is then sent again."
    return Conflict("position_of_another_journal", message, remedy)


def _first(journal: JournalReader, seq: int) -> Entry | None:
    """The oldest record kept from `seq` on."""
    try:
        return next(journal.read(seq), None)
    except NotFound:
        return None


def _record(entry: Entry) -> dict[str, object] | None:
    try:
        record = json.loads(entry.raw)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None


def _at(entry: Entry) -> int | None:
    at = (_record(entry) or {}).get("at")
    return parse_rfc3339(at) if isinstance(at, str) else None


def _digest(entry: Entry) -> str:
    return hashlib.sha256(entry.raw).hexdigest()


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    """Until `stop`, but no longer than `seconds`."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await stop.wait()
