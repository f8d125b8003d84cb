"""Orders about sinks, over the control socket."""

from nameplate.domain.errors import NotFound
from nameplate.domain.registry import Registry
from nameplate.ports.ledger import Ledger

from .app import Route
from .local import local_caller
from .replies import Receive, Scope, Send, reply_json


class Sinks:
    """Routes for the control socket."""

    def __init__(self, registry: Registry, ledger: Ledger, node: str) -> None:
        self._registry, self._ledger, self._node = registry, ledger, node

    def patterns(self) -> dict[tuple[str, str], Route]:
        """What this serves."""
        return {("POST", "/v1/sinks/[^/]+/test"): self.test}

    async def test(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put an event on record that goes to this one sink, on the way that all events go."""
        caller, name = local_caller(scope), scope["path"].split("/")[3]
        if name not in self._registry.sinks:
            raise NotFound("sink", f"There is no sink {name}.", "See `nameplate sink list`.")
        seq = await self._ledger.commit({"kind": "sink_test", "sink": name, "by": caller})
        await reply_json(send, {"sink": name, "seq": seq, "uid": f"{self._node}-{seq}"})
