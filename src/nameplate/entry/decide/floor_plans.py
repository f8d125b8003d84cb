"""What `manage` says of plans: it has read and kept one, which comes on record here."""

from collections.abc import Mapping

from nameplate.domain.links import PlanGiven
from nameplate.domain.registry import Registry
from nameplate.flows.draw import give_plan
from nameplate.ports.bus import Handler, Peer
from nameplate.ports.ledger import Ledger

from .internal import read_message


class FloorPlans:
    """Handlers for our own processes."""

    def __init__(self, registry: Registry, ledger: Ledger) -> None:
        self._registry, self._ledger = registry, ledger

    def handlers(self) -> Mapping[str, Handler]:
        """What they may call."""
        return {"plan_given": self._plan_given}

    async def _plan_given(self, peer: Peer, body: bytes) -> None:
        given = read_message(body, PlanGiven)
        await give_plan(self._registry, self._ledger, given.site, given.sha256, given.scale, by=given.by)
