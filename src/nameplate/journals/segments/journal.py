"""Group commit: what arrives during one sync forms the next group, and shares one future."""

import asyncio
import contextlib
import errno
import fcntl
import json
import os
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from nameplate.domain.errors import Conflict
from nameplate.domain.figures import Histogram
from nameplate.domain.notes import Checkpoint, VerifierKey, format_time, origin_of
from nameplate.ports.journal import JournalUnavailable
from nameplate.ports.keys import Signer

from .errors import JournalInUse
from .files import Files
from .format import MAX_RECORD, RECORD, Chain, list_segments
from .heads import publish_key, read_slots
from .recovery import Recovered, recover
from .reserve import DISK_FULL
from .settings import Settings
from .succession import KIND, announce, announced
from .writer import Place, SegmentWriter

MAX_BODY = MAX_RECORD - 256
GATHER_TURNS, QUIET_TURNS = 16, 2
_BRACE = ord("}")
_DEFAULTS = Settings()


class _GroupFuture(asyncio.Future[None]):
    """Shared by all who wait for one sync: a waiter that is cancelled must not take the others with it."""

    def cancel(self, msg: object = None) -> bool:
        """Refuse. The cancelled task ends when the sync does."""
        del msg
        return False


class _Group:
    """The records of one sync: the lines of each who came, and how many records they are.

    `successor`: who signs once the last of them is durable; `chain` then ends with it, whatever came meanwhile.
    """

    __slots__ = ("chain", "future", "lines", "size", "successor", "urgent")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.lines, self.size = list[bytes](), 0
        self.urgent = False
        self.chain: Chain | None = None
        self.successor: Signer | None = None
        self.future = _GroupFuture(loop=loop)

    def fail(self, reason: str) -> None:
        """Tell all who wait that their record was not kept."""
        if self.size:
            self.future.set_exception(JournalUnavailable(reason))
            self.future.exception()  # Marks it as seen: the alarm is `on_failure`, not a log line per group.


def _wall_clock() -> int:
    return time.time_ns() // 1000


def _no_failure(_error: Exception) -> None:
    """Nobody wants to know."""


def _no_recovery() -> None:
    """Nobody wants to know."""


class SegmentJournal:
    """The `Journal` port on segment files. Construct it on the event loop that uses it.

    `synced`: how long it took to write and sync each group.
    """

    _sealed: _Group | None = None
    """What ends with the record of a handover: it is written before the group that gathers now."""
    _handing_over = False
    _released: Future[None]

    def __init__(  # noqa: PLR0913 - all but three are keywords with defaults
        self,
        directory: Path,
        node: str,
        signer: Signer,
        *,
        on_failure: Callable[[Exception], None] = _no_failure,
        on_recovery: Callable[[], None] = _no_recovery,
        settings: Settings = _DEFAULTS,
        files: Files | None = None,
        clock: Callable[[], int] = _wall_clock,
        accept_cut: bool = False,
        former: str = "",
        successor: Signer | None = None,
    ) -> None:
        """Open or create the journal of `node`, signed by `signer`; or go on with that of `former`, restored.

        `successor`: who signs instead if a `hand_over` to it was under way and its record is there: see `signer`.
        `on_failure` and `on_recovery` are called on the loop. Raises `JournalInUse`, `JournalBroken`, `JournalCut`
        (go on with `accept_cut`, which adds a record that says so) and `OSError`.
        """
        self._loop = asyncio.get_running_loop()
        self._on_failure, self._on_recovery, self._retry_seconds = on_failure, on_recovery, settings.retry_seconds
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = _lock(directory)
        try:
            self._signer, recovered = _recover(directory, node, former, [signer, successor], accept_cut=accept_cut)
            self._place = _place(directory, node, self._signer, clock, files or Files(), settings)
            self._writer = SegmentWriter(self._place, recovered)
        except BaseException:
            os.close(self._lock)
            raise
        self._chain = self._writer.chain.copy()
        self._second, self._stamp = -1, b""
        self._healthy, self._full, self._closing = True, False, False
        self._group, self._arrived, self.synced = _Group(self._loop), asyncio.Event(), Histogram()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        if self._writer.reserve_used:
            self._save_space()
        self._task = self._loop.create_task(self._run(), name="journal")
        self._task.add_done_callback(self._stopped)
        if recovered.lost:
            lost = (self.next_seq, self._chain.size + recovered.lost)
            self.append(b'{"kind":"journal_cut","lost_first":%d,"lost_last":%d}' % lost, clock())

    @property
    def next_seq(self) -> int:
        """See `Journal`."""
        return self._chain.size + 1

    @property
    def healthy(self) -> bool:
        """See `Journal`."""
        return self._healthy

    @property
    def waiting(self) -> int:
        """How many records wait for the next sync."""
        return self._group.size + (self._sealed.size if self._sealed else 0)

    @property
    def signer(self) -> Signer:
        """Who signs for this journal now."""
        return self._signer

    async def hand_over(self, to: Signer, told: Mapping[str, str], at: int) -> int:
        """Let `to` sign from here on; `told` also goes into the record that says so. Returns its number.

        Raises `JournalUnavailable`. Then keep `to` as the `successor` of the next start: a crash may still bring the
        record to light. Raises `Conflict` while another one is under way.
        """
        if self._handing_over:
            raise Conflict("handover", "The journal is being handed over already.", "Wait until that is done.")
        seq, group = self.next_seq, self._group
        step = announce(seq, self._signer.public_key, to.public_key, self._signer.sign)
        written = self.append(json.dumps({"kind": KIND, **step.members(), **told}, separators=(",", ":")).encode(), at)
        # Nothing may follow in its group: what comes next is signed for by the new key.
        group.successor, group.chain = to, self._chain.copy()
        self._sealed, self._group = group, _Group(self._loop)
        written.add_done_callback(self._handed_over)
        self._handing_over = True
        await asyncio.shield(written)
        return seq

    def append(self, body: bytes, at: int, *, urgent: bool = False) -> asyncio.Future[None]:
        """See `Journal`."""
        return self.extend((body,), at, urgent=urgent)

    def extend(self, bodies: Sequence[bytes], at: int, *, urgent: bool = False) -> asyncio.Future[None]:
        """See `Journal`."""
        if not (self._healthy or (urgent and self._full)) or self._closing:
            raise JournalUnavailable("The journal is closed." if self._closing else "The journal cannot be written.")
        if not bodies:
            raise ValueError("there is nothing to record")
        stamp, group = self._time(at), self._group
        raws = [
            RECORD % (seq, stamp, body[1:])
            for seq, body in enumerate(bodies, self.next_seq)
            # An object, as far as a look at both ends tells; at the price of one look, since every decision pays it.
            if body[:2] == b'{"' and body[-1] == _BRACE and 5 <= len(body) <= MAX_BODY
        ]
        if len(raws) != len(bodies) or b"\n" in b"".join(raws):
            raise ValueError("a record must be one JSON object on one line, of at most 4 MiB")
        if not group.size:
            self._arrived.set()
        group.lines.append(self._chain.extend(raws))
        group.size += len(bodies)
        group.urgent |= urgent
        return group.future

    def _time(self, at: int) -> bytes:
        """RFC 3339; the seconds are formatted once a second."""
        second, micros = divmod(at, 1_000_000)
        if second != self._second:
            self._second, self._stamp = second, format_time(second * 1_000_000)[:20].encode()
        return b"%s%06dZ" % (self._stamp, micros)

    def checkpoint(self) -> Checkpoint:
        """See `Journal`."""
        return self._writer.heads.last[0]

    def signed_checkpoint(self) -> bytes:
        """See `Journal`."""
        return self._writer.heads.last[1]

    async def close(self) -> None:
        """See `Journal`."""
        if not self._closing:
            self._closing = True
            self._arrived.set()
        await asyncio.wait([self._task])
        await asyncio.wrap_future(self._released)

    async def _run(self) -> None:
        """Write group after group; while the disk fails, try again at intervals."""
        while not (self._closing and not self.waiting):
            if await self._something_to_do():
                await self._gather()
                await self._flush()
            elif not self._healthy:
                await self._repair()
        if not self._healthy:
            # Of what was refused nothing shall be found at the next start, if the disk lets us.
            await self._repair()

    def _stopped(self, _task: asyncio.Task[None]) -> None:
        """However `_run` ended, even before its first step: leave nobody waiting."""
        self._closing = True
        self._fail_waiting("The journal is closed.")
        self._released = self._thread.submit(self._let_go)
        self._thread.shutdown(wait=False)

    async def _something_to_do(self) -> bool:
        """Wait for records; while unhealthy not for longer than a retry takes."""
        if not self._arrived.is_set():
            try:
                async with asyncio.timeout(None if self._healthy else self._retry_seconds):
                    await self._arrived.wait()
            except TimeoutError:
                return False
        self._arrived.clear()
        return bool(self.waiting)

    async def _gather(self) -> None:
        """Let what is already on its way come into the group: a sync costs the same for one record as for many.

        One turn that brought nothing does not say that nobody is there: their next requests may just be arriving.
        """
        turns = quiet = 0
        while quiet < QUIET_TURNS and turns < GATHER_TURNS and not self._group.urgent:
            size, turns = self.waiting, turns + 1
            await asyncio.sleep(0)
            quiet = quiet + 1 if self.waiting == size else 0

    async def _flush(self) -> None:
        """One sync: what arrives meanwhile goes into the next group."""
        group = self._next_group()
        chain, began = group.chain or self._chain.copy(), self._loop.time()
        try:
            await self._in_thread(lambda: self._writer.write(b"".join(group.lines), chain, urgent=group.urgent))
        except Exception as error:  # noqa: BLE001 - whatever it is, the record was not kept
            group.fail(f"The record could not be kept: {error}.")
            self._fail(error)
        except BaseException:
            group.fail("The journal was stopped.")
            raise
        else:
            self.synced.observe(self._loop.time() - began)
            if group.successor:
                await self._take_over(group.successor)
            group.future.set_result(None)
            if self._writer.reserve_used:
                self._save_space()

    def _handed_over(self, _written: asyncio.Future[None]) -> None:
        self._handing_over = False

    def _next_group(self) -> _Group:
        """The next to be written. One that was sealed comes before those that arrived since."""
        if self._sealed is not None:
            group, self._sealed = self._sealed, None
            if self._group.size:
                self._arrived.set()
            return group
        group, self._group = self._group, _Group(self._loop)
        return group

    async def _take_over(self, successor: Signer) -> None:
        """The record is durable, so this is so whether the disk takes the new heads now or when it is mended."""
        self._signer = successor
        key = self._place.key._replace(public_key=successor.public_key)
        self._place = self._place._replace(key=key, sign=successor.sign)
        try:
            await self._in_thread(lambda: self._writer.hand_over(self._place))
        except Exception as error:  # noqa: BLE001 - it is unhealthy until it has been mended
            self._fail(error)

    def _fail_waiting(self, reason: str) -> None:
        for group in (self._sealed, self._group):
            if group is not None:
                group.fail(reason)
        self._sealed = None

    def _fail(self, error: Exception) -> None:
        """Go back to the last durable record: nobody was told of a later one."""
        self._full = _is_full(error)
        self._fail_waiting("A record before this one could not be kept.")
        self._group = _Group(self._loop)
        self._chain = self._writer.chain.copy()
        if self._healthy:
            self._healthy = False
            self._loop.call_soon(self._on_failure, error)

    def _save_space(self) -> None:
        """What is left of the reserve is for urgent records only. Those already queued keep their place."""
        if not self._group.urgent:
            self._fail(OSError(errno.ENOSPC, "the disk is full"))
        elif self._healthy:
            self._healthy, self._full = False, True
            self._loop.call_soon(self._on_failure, OSError(errno.ENOSPC, "the disk is full"))

    async def _repair(self) -> None:
        try:
            await self._in_thread(self._writer.repair)
        except Exception as error:  # noqa: BLE001 - it stays unhealthy, and tries again
            self._full = _is_full(error)
            return
        self._healthy, self._full = True, False
        self._loop.call_soon(self._on_recovery)

    def _in_thread(self, work: Callable[[], None]) -> asyncio.Future[None]:
        return self._loop.run_in_executor(self._thread, work)

    def _let_go(self) -> None:
        with contextlib.suppress(OSError):
            self._writer.close()
        os.close(self._lock)


def _is_full(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in DISK_FULL


def _lock(directory: Path) -> int:
    """One writer at a time, for as long as the descriptor is open."""
    fd = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fd)
        raise JournalInUse from None
    return fd


def _place(
    directory: Path, node: str, signer: Signer, clock: Callable[[], int], files: Files, settings: Settings
) -> Place:
    key = VerifierKey(origin_of(node), signer.public_key)
    publish_key(directory, key)
    return Place(directory, key, signer.sign, clock, files, settings)


def _recover(
    directory: Path, node: str, former: str, signers: Sequence[Signer | None], *, accept_cut: bool
) -> tuple[Signer, Recovered]:
    """Who signs, and the end of the journal. What a restored one continues with goes into a file of its own."""
    candidates = [signer for signer in signers if signer]
    keys = [VerifierKey(origin_of(former or node), each.public_key) for each in candidates]
    slots = read_slots(directory, *keys)
    checkpoints = [slot.checkpoint for slot in slots if slot.checkpoint]
    recovered = recover(list_segments(directory), former or node, checkpoints, accept_cut=accept_cut)
    step = announced(recovered.tail)
    named = {step.key} if step and step.former == keys[0].public_key else set()
    # A head of the new key is written only once the record is durable; without one that record is the last.
    named |= {slot.key.public_key for slot in slots if slot.key}
    succeeded = len(candidates) > 1 and candidates[-1].public_key in named
    return candidates[-1 if succeeded else 0], recovered._replace(segment=None, header=None) if former else recovered
