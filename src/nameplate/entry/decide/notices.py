"""What `manage` passes on from the company's identity systems."""

from collections.abc import Mapping

from nameplate.domain.links import ActorsNoticed, BridgeHeard, Noticed, PeopleNoticed
from nameplate.flows.lease import Leases
from nameplate.flows.uphold import Upholder
from nameplate.ports.bus import Handler, Peer

from .internal import read_message


class Notices:
    """Handlers for our own processes."""

    def __init__(self, upholder: Upholder, leases: Leases) -> None:
        self._upholder, self._leases = upholder, leases

    def handlers(self) -> Mapping[str, Handler]:
        """What they may call."""
        return {"actors_noticed": self._actors, "people_noticed": self._people, "bridge_heard": self._heard}

    async def _actors(self, peer: Peer, body: bytes) -> Noticed:
        noticed = read_message(body, ActorsNoticed)
        return Noticed(tuple(await self._upholder.actors(noticed.bridge, noticed.notices)))

    async def _people(self, peer: Peer, body: bytes) -> Noticed:
        return Noticed(tuple(await self._upholder.people(read_message(body, PeopleNoticed).notices)))

    async def _heard(self, peer: Peer, body: bytes) -> None:
        heard = read_message(body, BridgeHeard)
        self._leases.heard(heard.bridge, heard.age_s)
