"""A change of what is declared: planned by `manage`, put in force here, all of it or nothing."""

import asyncio
from collections.abc import Sequence
from typing import Any

from nameplate.domain.bridges import Role
from nameplate.domain.errors import Conflict, Invalid, Refused
from nameplate.domain.people import roles_of
from nameplate.domain.registry import BY_BRIDGE, Registry, fold
from nameplate.domain.warrants import Warrant, beyond_machines, is_high, touches
from nameplate.ports.ledger import Ledger

SLICE = 25


class Declarer:
    """Takes plans. `declared_seq` is the record that last changed what is declared.

    `warrants`: in whose names something may be declared now. As long as nobody is in charge anybody may.
    """

    def __init__(self, registry: Registry, ledger: Ledger, declared_seq: int) -> None:
        self._registry, self._ledger, self.declared_seq = registry, ledger, declared_seq
        self._busy = False
        self.warrants: dict[str, Warrant] = {}

    async def declare(self, changes: Sequence[dict[str, Any]], by: str, planned_at: int) -> int:
        """Put `changes` in force; returns the record's sequence number.

        `planned_at`: the last record that the planner had seen. Raises Conflict when something was declared since, and
        Invalid for changes that could not be made: no record must ever stop a replay. Raises Refused for what persons
        have not approved, or too few of them.
        """
        self._require_leave(changes, by)
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

    def _require_leave(self, changes: Sequence[dict[str, Any]], by: str) -> None:
        """What is planned elsewhere is looked at here: who plans does not say how many must approve."""
        if not self._registry.in_charge:
            return
        warrant = self.warrants.get(by)
        if warrant is not None:
            self._require_enough(changes, warrant)
        elif by.startswith(BY_BRIDGE) and by.removeprefix(BY_BRIDGE) in self._registry.bridges:
            beyond = beyond_machines(self._registry, changes)
            if beyond:
                raise Refused("approval", f"No bridge declares {beyond} by itself.", "A person has to apply it.")
        else:
            raise Refused("approval", "This has to be approved by a person.", "See `nameplate proposal list`.")

    def _require_enough(self, changes: Sequence[dict[str, Any]], warrant: Warrant) -> None:
        registry = self._registry
        if touches(changes, "Bridge") and not any(
            Role.OWNER in roles_of(registry.people.get(each), registry.bridges) for each in warrant.approvers
        ):
            raise Refused("role", "Who governs people is decided by an owner.", "Have an owner approve it.")
        if is_high(registry, changes) and len(set(warrant.approvers)) < 2:
            warrant.needed = 2
            raise Refused("second_approver", "What concerns actors of tier high takes two approvers.", "Ask another.")


async def _try_out(changes: Sequence[dict[str, Any]]) -> None:
    # In slices: decisions must not wait for a large plan.
    for start in range(0, len(changes), SLICE):
        record = {"kind": "declared", "at": "1970-01-01T00:00:00Z", "changes": changes[start : start + SLICE]}
        try:
            fold(Registry(), record)
        except Invalid as error:
            raise Invalid("changes", f"A change cannot be made: {error.__cause__!r}.", "Plan it again.") from None
        await asyncio.sleep(0)
