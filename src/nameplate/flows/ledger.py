"""One change of state on its way into memory and into the journal."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple

import msgspec
import structlog

from nameplate.domain.errors import Invalid
from nameplate.domain.findings import Finding, Severity
from nameplate.domain.registry import Registry, Touched, fold
from nameplate.domain.timestamps import rfc3339
from nameplate.ports.journal import Journal, JournalUnavailable

MAX_WAITING = 100_000
SLICE = 25

log = structlog.get_logger()
_encode = msgspec.json.Encoder().encode

Record = Mapping[str, Any]


class _Change(NamedTuple):
    """A record with its place in the journal. `turn` is set when it is first in the line; None: it need not wait."""

    record: Record
    at: int
    seq: int
    turn: asyncio.Event | None


class _Unwritten(NamedTuple):
    """A record that is in force and could not be written yet."""

    body: bytes
    at: int
    urgent: bool


class Ledger:
    """Folds records into the registry and appends them. `mirror` is told what each touched. Owned by one event loop.

    `noticed` is told of each record that is noted.

    Changes come into force in the order of the journal, or a replay would give another state. A stop does not wait for
    its turn: it is in force at once, and again after whatever was on its way before it.
    """

    def __init__(
        self, registry: Registry, journal: Journal, mirror: Callable[[Touched], None], clock: Callable[[], int]
    ) -> None:
        self._registry, self._journal, self._mirror, self._clock = registry, journal, mirror, clock
        self._line: deque[_Change] = deque()
        self._waiting: deque[_Unwritten] = deque()
        self.lost = 0
        self.noticed: Callable[[Record], None] = _nobody_looks
        self.watchers: list[Callable[[Touched], None]] = []

    @property
    def settled(self) -> bool:
        """Whether the registry holds exactly what the journal says: nothing is on its way, nothing waits."""
        return self._journal.healthy and not self._line and not self._waiting

    @property
    def unwritten(self) -> int:
        """How many records are in force that could not be written yet."""
        return len(self._waiting)

    async def commit(self, record: Record) -> int:
        """Durable first, then in force: nothing is allowed that a crash could forget."""
        now, turn = self._clock(), asyncio.Event()
        written, seq = self._append(_encode(record), now, urgent=False)
        change = _Change(record, now, seq, turn)
        self._line.append(change)
        try:
            await written
            self._advance()
            await turn.wait()
            await self._apply_in_slices(change)
        finally:
            self._line.remove(change)
            self._advance()
        return seq

    def enforce(self, record: Record) -> Awaitable[bool]:
        """In force first, then durable: nothing that was stopped may act while the disk is slow or full."""
        change = _Change(record, self._clock(), self._journal.next_seq, None)
        self._apply(change)
        if self._line:
            self._line.append(change)
        return _is_durable(self._write(_Unwritten(_encode(record), change.at, urgent=True)), record["kind"])

    def note(self, record: Record) -> None:
        """In force when its turn comes, which is at once unless a `commit` is on its way; written when possible."""
        change = _Change(record, self._clock(), self._journal.next_seq, None)
        self._write(_Unwritten(_encode(record), change.at, urgent=False))
        self._line.append(change)
        self._advance()
        self.noticed(record)

    def proved(self, actor: str, counter: int, key: str | None) -> None:
        """Remember the counter of a unit that proved itself; the record of its decision carries it to the journal."""
        record = {"kind": "decision", "actor": actor, "counter": counter, "key": key}
        self._line.append(_Change(record, self._clock(), self._journal.next_seq, None))
        self._advance()

    def raise_finding(self, finding: Finding) -> None:
        """Note a finding."""
        log.warning("finding", **finding.fields)
        self.note({"kind": "finding", **finding.fields})

    def write_waiting(self) -> None:
        """Write what could not be written before, oldest first. Called when the journal has recovered."""
        waiting, self._waiting = sorted(self._waiting, key=lambda each: each.at), deque()
        for each in waiting:
            self._write(each)
        if self.lost:
            lost, self.lost = self.lost, 0
            text = f"{lost} records could not be kept while the journal could not be written."
            self.raise_finding(Finding("records_lost", Severity.CRITICAL, text))

    def _append(self, body: bytes, at: int, *, urgent: bool) -> tuple[asyncio.Future[None], int]:
        # What waits is older: written after this it would undo it at the next start.
        if self._waiting and self._journal.healthy:
            self.write_waiting()
        seq = self._journal.next_seq
        try:
            return self._journal.append(body, at, urgent=urgent), seq
        except ValueError:
            message = f"A record of {len(body)} bytes is too long for the journal."
            raise Invalid("record_too_large", message, "Make the change in several smaller steps.") from None

    def _write(self, each: _Unwritten) -> "asyncio.Future[None] | None":
        try:
            written, _ = self._append(each.body, each.at, urgent=each.urgent)
        except JournalUnavailable:
            self._keep(each)
            return None
        written.add_done_callback(lambda done: self._keep(each) if done.cancelled() or done.exception() else None)
        return written

    def _keep(self, each: _Unwritten) -> None:
        if each.urgent or len(self._waiting) < MAX_WAITING:
            self._waiting.append(each)
        else:
            self.lost += 1

    def _advance(self) -> None:
        """Put in force what stands first in the line and need not wait; tell the next one that it is first."""
        while self._line and self._line[0].turn is None:
            self._apply(self._line.popleft())
        if self._line and (turn := self._line[0].turn):
            turn.set()

    async def _apply_in_slices(self, change: _Change) -> None:
        # A large `declared` record must not hold up decisions: a slice, then whoever waits.
        changes = change.record.get("changes")
        if not isinstance(changes, list):
            self._apply(change)
            return
        for start in range(0, len(changes), SLICE):
            self._apply(change._replace(record={**change.record, "changes": changes[start : start + SLICE]}))
            await asyncio.sleep(0)

    def _apply(self, change: _Change) -> None:
        for touched in fold(self._registry, {**change.record, "seq": change.seq, "at": rfc3339(change.at)}):
            self._mirror(touched)
            for watcher in self.watchers:
                watcher(touched)


def _nobody_looks(_record: Record) -> None:
    """Until somebody wants to know what is noted."""


async def _is_durable(written: "asyncio.Future[None] | None", kind: str) -> bool:
    try:
        if written is not None:
            await written
            return True
    except JournalUnavailable:
        pass
    log.error("a stop holds but is not recorded yet", kind=kind)
    return False
