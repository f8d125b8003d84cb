"""A change of what is declared: planned by `manage`, put in force here, all of it or nothing."""

import asyncio
from collections.abc import Sequence
from typing import Any

from nameplate.domain.errors import Conflict, Invalid
from nameplate.domain.registry import Registry, fold
from nameplate.ports.ledger import Ledger

SLICE = 25


class Declarer:
    """Takes plans. `declared_seq` is the record that last changed what is declared."""

    def __init__(self, registry: Registry, ledger: Ledger, declared_seq: int) -> None:
        self._registry, self._ledger, self.declared_seq = registry, ledger, declared_seq
        self._busy = False

    async def declare(self, changes: Sequence[dict[str, Any]], by: str, planned_at: int) -> int:
        """Put `changes` in force; returns the record's sequence number.

        `planned_at`: the last record that the planner had seen. Raises Conflict when something was declared since, and
        Invalid for changes that could not be made: no record must ever stop a replay.
        """
        if self._busy or planned_at < self.declared_seq:
            raise Conflict(
                "declared_meanwhile",
                "Somebody else has just changed what is declared.",
                "Look at the difference and apply again.",
            )
        self._busy = True
        try:
            await _try_out(changes)
            seq = await self._ledger.commit({"kind": "declared", "by": by, "changes": list(changes)})
            self.declared_seq = seq
            return seq
        finally:
            self._busy = False


async def _try_out(changes: Sequence[dict[str, Any]]) -> None:
    # In slices: decisions must not wait for a large plan.
    for start in range(0, len(changes), SLICE):
        record = {"kind": "declared", "at": "1970-01-01T00:00:00Z", "changes": changes[start : start + SLICE]}
        try:
            fold(Registry(), record)
        except Invalid as error:
            raise Invalid("changes", f"A change cannot be made: {error.__cause__!r}.", "Plan it again.") from None
        await asyncio.sleep(0)
