"""Numbers of badges: bound and withdrawn by people, recognised when a reader reads one."""

import asyncio
import re
from collections.abc import Mapping

from nameplate.domain.badges import CardRead, card_read, number_hash
from nameplate.domain.errors import Conflict, Invalid, NotFound, Refused
from nameplate.domain.outcomes import Outcome
from nameplate.domain.registry import Registry
from nameplate.ports.ledger import Ledger

_HASH = re.compile(r"[0-9a-f]{64}")


class Badges:
    """Who shows which badge. `key`: 32 bytes that never leave the deciding process."""

    def __init__(self, registry: Registry, ledger: Ledger, key: bytes) -> None:
        self._registry, self._ledger, self._key = registry, ledger, key
        self._binding = asyncio.Lock()

    def shown(self, outcome: Outcome) -> Mapping[str, str]:
        """What the record says of a card: the badge, or the hash of a number that is nobody's. Raises Invalid."""
        if not outcome.card:
            return {}
        hashed = self._hash(card_read(outcome.card_bits, outcome.card))
        badge = self._registry.badge_numbers.get(hashed)
        return {"number_hash": hashed} if badge is None else {"badge": badge}

    async def bind(self, badge: str, card: CardRead | str, by: str) -> None:
        """Make the number that of `badge`, in the place of any former one. `card`: a card, or its hash from a record.

        Raises NotFound for a badge that is not declared, Conflict for the number of another one.
        """
        hashed = card if isinstance(card, str) else self._hash(card)
        if _HASH.fullmatch(hashed) is None:
            raise Invalid("number_hash", "That is no number_hash.", "Take it from the record: 64 hex digits.")
        # Nobody else may look before the record is in force: one number never becomes two badges.
        async with self._binding:
            self._require(badge)
            holder = self._registry.badge_numbers.get(hashed, badge)
            if holder != badge:
                raise Conflict("badge_number", f"That is the number of {holder}.", "Withdraw it there first.")
            await self._ledger.commit({"kind": "badge_bound", "badge": badge, "number_hash": hashed, "by": by})

    async def withdraw(self, badge: str, by: str, reason: str) -> None:
        """From now on the number is nobody's. Raises NotFound, also where the badge has none."""
        self._require(badge)
        if not reason.strip():
            raise Refused("reason", "To withdraw a badge takes a reason.", "Give one: it goes into the record.")
        if badge not in self._registry.badge_numbers.values():
            raise NotFound("badge_number", f"{badge} has no number.", "See `nameplate badge list`.")
        await self._ledger.commit({"kind": "badge_withdrawn", "badge": badge, "by": by, "reason": reason})

    def _require(self, badge: str) -> None:
        if badge not in self._registry.badges:
            raise NotFound("badge", f"There is no badge {badge}.", "Declare it: `kind: Badge`.")

    def _hash(self, card: CardRead) -> str:
        return number_hash(self._key, card)
