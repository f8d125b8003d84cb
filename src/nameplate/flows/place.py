"""A person corrects where an actor is: its last passage was not seen, or was seen wrongly."""

from nameplate.domain.errors import NotFound, Refused
from nameplate.domain.registry import Registry
from nameplate.ports.ledger import Ledger


class Placing:
    """Puts actors into zones, on record. Owned by one event loop."""

    def __init__(self, registry: Registry, ledger: Ledger) -> None:
        self._registry, self._ledger = registry, ledger

    async def place(self, actor: str, zone: str, *, by: str, reason: str) -> None:
        """The actor is in `zone` from now on; empty: nobody knows where. Raises NotFound and Refused."""
        standing = self._registry.standings.get(actor)
        if standing is None:
            raise NotFound("actor", f"There is no actor {actor}.", "See `nameplate actor list`.")
        if zone and zone not in self._registry.zones:
            raise NotFound("zone", f"There is no zone {zone}.", "See `nameplate zone list`.")
        if not reason.strip():
            raise Refused("reason", "To place an actor needs a reason.", "Give one: it goes into the record.")
        record = {"kind": "placed", "actor": actor, "from": standing.zone, "zone": zone, "by": by, "reason": reason}
        await self._ledger.commit(record)
