"""Where flows bring changes: into memory and into the journal, in the order that each kind of change needs."""

from collections.abc import Awaitable, Mapping
from typing import Any, Protocol

Record = Mapping[str, Any]


class Ledger(Protocol):
    """The one writer of state in the deciding process."""

    async def commit(self, record: Record) -> int:
        """Make it durable, then put it in force; returns its sequence number.

        Raises JournalUnavailable, and Invalid for a record that is too long: nothing has happened then.
        """
        ...

    def enforce(self, record: Record) -> Awaitable[bool]:
        """Put it in force before this returns. What it returns waits for the disk and says whether it is durable.

        If it is not it is written later. Nothing that was committed earlier and is still on its way undoes it.
        """
        ...

    def note(self, record: Record) -> None:
        """Put it in force and write it when possible. Never blocks; raises only Invalid, when it is too long."""
        ...
