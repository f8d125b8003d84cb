"""Orders about sinks, over the control socket."""

import msgspec

from nameplate.domain.errors import NotFound
from nameplate.domain.registry import Registry
from nameplate.entry.operations import Answer, Who, operation
from nameplate.ports.ledger import Ledger

from .local import local_caller
from .replies import Receive, Scope, Send, reply_json


class Tested(msgspec.Struct):
    """`uid`: by which the receiver knows the event that was sent."""

    sink: str
    seq: int
    uid: str


class Sinks:
    """Routes for the control socket."""

    def __init__(self, registry: Registry, ledger: Ledger, node: str) -> None:
        self._registry, self._ledger, self._node = registry, ledger, node

    @operation("POST /v1/sinks/{sink}/test", Who.LOCAL, Answer(Tested, problems=(404, 503)))
    async def test(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Put an event on record that goes to this one sink, on the way that all events go."""
        caller, name = local_caller(scope), scope["path"].split("/")[3]
        if name not in self._registry.sinks:
            raise NotFound("sink", f"There is no sink {name}.", "See `nameplate sink list`.")
        seq = await self._ledger.commit({"kind": "sink_test", "sink": name, "by": caller})
        await reply_json(send, Tested(name, seq, f"{self._node}-{seq}"))
