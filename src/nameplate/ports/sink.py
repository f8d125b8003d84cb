"""Where records go outside: an encoder makes events of a record, a sink takes them, a position says how far it got."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from nameplate.domain.errors import Unavailable
from nameplate.domain.findings import Severity


class Event(NamedTuple):
    """One event for another system. `body`: UTF-8 without a line end, one JSON object where the format has them.

    `uid` is the same whenever the event is made again: a receiver drops twins by it. `name`: the event's class, at
    most 32 characters of a-z, 0-9 and `_`. `at`: microseconds since the epoch, UTC.
    """

    uid: str
    seq: int
    at: int
    severity: Severity
    name: str
    body: bytes


Encode = Callable[[Mapping[str, Any]], Sequence[Event]]
"""Record -> events: one for most kinds, one an actor or a change for some, none for kinds that it does not know.

Pure, and never raises whatever the record holds.
"""


class Refusal(NamedTuple):
    """An event that the receiver will never take, and why."""

    event: Event
    why: str


class Busy(Unavailable):
    """The receiver has asked to be left alone for `after` seconds."""

    def __init__(self, message: str, after: float) -> None:
        super().__init__("sink_busy", message)
        self.after = after


class Sink(Protocol):
    """One receiver. Methods are called one after another, by one task. All but `close` raise `Unavailable`.

    `open` raises `Invalid` for what is wrong on our side, such as a certificate.
    """

    @property
    def margin(self) -> int:
        """How many records before the last one taken may be lost with a session that did not end well."""
        ...

    async def open(self) -> None:
        """Begin a session."""
        ...

    async def send(self, events: Sequence[Event]) -> Sequence[Refusal]:
        """Return when the receiver has taken all of them but those returned, as far as can be known.

        Without events: whether it lives. Bounded in time.
        After `Unavailable` the session is over and any of the events may or may not have arrived.
        """
        ...

    async def close(self) -> bool:
        """End the session. Whether the receiver is known to have read everything; never raises."""
        ...


class Letter(NamedTuple):
    """An event that was refused for good, why, and when (microseconds since the epoch, UTC)."""

    event: Event
    why: str
    at: int


class DeadLetters(Protocol):
    """Keeps what one sink's receiver refused, durably. All but `count` read or write files; may raise `Unavailable`."""

    @property
    def count(self) -> int:
        """How many there are."""
        ...

    def add(self, letters: Sequence[Letter]) -> None:
        """Keep these too. Raises `Unavailable` when there are too many: the sink then waits."""
        ...

    def read(self) -> list[Letter]:
        """All of them, the oldest first."""
        ...

    def remove(self, uids: frozenset[str]) -> None:
        """Forget those of these events."""
        ...


class Position(NamedTuple):
    """What outlives a restart. A new session starts at record `resume_at` of `node`'s journal.

    `sent`: the last record that was taken, with the SHA-256 of its JSON in hex: the journal must still say the same.
    """

    node: str
    resume_at: int = 1
    sent: int = 0
    digest: str = ""


class PositionStore(Protocol):
    """Keeps one sink's position durably."""

    def load(self) -> Position | None:
        """What was saved last, or nothing for a new sink. Raises `Invalid` when it cannot be read."""
        ...

    def save(self, position: Position) -> None:
        """Replace it, whole or not at all. Raises `Unavailable`."""
        ...
