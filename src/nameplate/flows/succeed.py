"""A unit passes to another actor: only once somebody has looked at it and said so."""

from nameplate.domain.errors import Conflict, NotFound, Refused
from nameplate.domain.registry import Registry
from nameplate.ports.ledger import Ledger


async def approve_succession(registry: Registry, ledger: Ledger, actor: str, by: str, reason: str) -> str:
    """Let `actor` act for the unit of the one it succeeds, which is returned. Raises NotFound, Conflict or Refused."""
    successor = registry.actors.get(actor)
    if successor is None:
        raise NotFound("actor", f"There is no actor {actor}.", "See `nameplate actor list`.")
    if not successor.succeeds:
        raise Conflict("succession", f"{actor} succeeds nobody.", "Only an actor with `succeeds:` needs this.")
    if actor in registry.successions:
        raise Conflict("succession", f"The succession of {actor} is approved already.", "Activate it.")
    if not reason.strip():
        raise Refused("reason", "To approve a succession takes a reason.", "Give one: it goes into the record.")
    record = {"kind": "succession_approved", "actor": actor, "succeeds": successor.succeeds}
    await ledger.commit(record | {"unit": str(successor.unit), "by": by, "reason": reason})
    return successor.succeeds
