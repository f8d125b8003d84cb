"""The append-only, hash-chained, durable record. The truth for every decision and every change."""

import asyncio
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from nameplate.domain.errors import Unavailable
from nameplate.domain.notes import Checkpoint


class Entry(NamedTuple):
    """One durable record. `raw` is its JSON object as it was hashed, `{"seq":N,"at":"...Z", ...}`, with no line end."""

    seq: int
    raw: bytes


class JournalUnavailable(Unavailable):
    """Nothing can be recorded now. Deny; a stop still holds in memory and says `recorded: false`."""

    def __init__(self, message: str) -> None:
        super().__init__(
            "journal_unavailable",
            message,
            "Free space on the disk or mend it: the journal resumes by itself.",
        )


class Journal(Protocol):
    """The one writer of a node's journal. All methods belong to one event loop, except where said."""

    @property
    def next_seq(self) -> int:
        """The sequence number that the next `append` gets. The first record of a journal is 1."""
        ...

    @property
    def healthy(self) -> bool:
        """Whether an append can be accepted now. May be read from any thread."""
        ...

    def append(self, body: bytes, at: int, *, urgent: bool = False) -> asyncio.Future[None]:
        """Add the JSON object `body` (one member or more, one line, no `seq` and no `at`) as record `next_seq`.

        `at` is microseconds since the epoch, UTC. `body` is trusted to be JSON: it comes from our own encoder.
        The future resolves when the record is on the disk, and is shared by all records of one sync: await it,
        never cancel it (`asyncio.shield`). It fails with `JournalUnavailable` when the record was not kept; its
        number is then given again. `urgent` may use the space reserved for stops on a full disk. Raises
        `JournalUnavailable` at once while not `healthy`, and `ValueError` when `body` is not a one-line object.
        """
        ...

    def extend(self, bodies: Sequence[bytes], at: int, *, urgent: bool = False) -> asyncio.Future[None]:
        """`append` for one or more at once: all of them become part of the same sync, or none."""
        ...

    def checkpoint(self) -> Checkpoint:
        """What the node has last signed: covers exactly the records that are on the disk. Any thread."""
        ...

    def signed_checkpoint(self) -> bytes:
        """The same as a C2SP signed note, for keeping elsewhere. Any thread."""
        ...

    async def close(self) -> None:
        """Sync what is queued, then let go of the files. Never raises for records whose futures have failed."""
        ...


class Follower(Protocol):
    """Reads behind the writer, from another thread or process. Sees durable records only, each once, in order."""

    @property
    def next_seq(self) -> int:
        """The next record that `poll` returns: the cursor to keep."""
        ...

    def poll(self, max_records: int) -> Sequence[Entry]:
        """Up to `max_records` new records, empty when there are none. Costs one small read when idle."""
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...


class JournalReader(Protocol):
    """Reading the journal, with or without its writer running."""

    def read(self, from_seq: int = 1) -> Iterator[Entry]:
        """All durable records from `from_seq` on. Starts at the oldest one kept when earlier ones were pruned."""
        ...

    def find(self, seq: int) -> Entry | None:
        """Record `seq`, or nothing when it was pruned or is not there yet."""
        ...

    def follow(self, from_seq: int = 1) -> Follower:
        """A follower whose first record is `from_seq`."""
        ...
