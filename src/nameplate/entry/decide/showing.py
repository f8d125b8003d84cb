"""What the server shows over TLS, for the listeners that `manage` has for panels' feeds."""

import asyncio
from collections.abc import Callable, Mapping

from nameplate.domain.errors import Refused
from nameplate.domain.links import ServerPair
from nameplate.domain.registry import Registry
from nameplate.ports.bus import Handler, Peer
from nameplate.ports.certificates import Pair


class Showing:
    """A handler for our own processes. `find`: the certificate and its key; raises Invalid and NotFound."""

    def __init__(self, registry: Registry, find: Callable[[], Pair]) -> None:
        self._registry, self._find = registry, find

    def handlers(self) -> Mapping[str, Handler]:
        """What they may call."""
        return {"server_pair": self._server_pair}

    async def _server_pair(self, _peer: Peer, _body: bytes) -> ServerPair:
        """The key leaves this process only where somebody has declared a listener that needs it."""
        if not any(feed.tls for feed in self._registry.feeds.values()):
            raise Refused("server_pair", "No feed that is declared speaks TLS.")
        pair = await asyncio.to_thread(self._find)
        return ServerPair(pair.chain, pair.key)
