"""What `manage` may see of proposals, to show it to whoever approves them."""

from collections.abc import Mapping

from nameplate.flows.propose import Proposals
from nameplate.ports.bus import Handler, Peer

from .internal import read_message


class Proposed:
    """Handlers for our own processes."""

    def __init__(self, proposals: Proposals) -> None:
        self._proposals = proposals

    def handlers(self) -> Mapping[str, Handler]:
        """What they may call."""
        return {"proposed_manifests": self._manifests}

    async def _manifests(self, peer: Peer, body: bytes) -> bytes:
        return self._proposals.manifests(read_message(body, str))
