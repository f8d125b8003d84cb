"""`/healthz`, `/readyz` and `/metrics`."""

from collections.abc import Callable

from nameplate.flows.authorize import Authorizer
from nameplate.ports.journal import Journal

from .app import Route
from .replies import Receive, Scope, Send, reply, reply_json

_TEXT = (b"content-type", b"text/plain; version=0.0.4; charset=utf-8")


class Health:
    """Whether this process lives, can decide, and how it is doing."""

    def __init__(
        self,
        journal: Journal,
        authorizer: Authorizer,
        connected: Callable[[], tuple[str, ...]],
        actors: Callable[[], int],
    ) -> None:
        self._journal, self._authorizer, self._connected, self._actors = journal, authorizer, connected, actors

    def routes(self) -> dict[tuple[str, str], Route]:
        """What this serves."""
        return {
            ("GET", "/healthz"): self.healthz,
            ("POST", "/healthz"): self.empty,
            ("GET", "/readyz"): self.readyz,
            ("GET", "/metrics"): self.metrics,
        }

    async def healthz(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The process answers."""
        await reply_json(send, {"status": "ok"})

    async def empty(self, scope: Scope, receive: Receive, send: Send) -> None:
        """An empty answer to an empty POST: the floor that benchmarks compare with."""
        await reply(send, 204, b"", [])

    async def readyz(self, scope: Scope, receive: Receive, send: Send) -> None:
        """It can decide: what it decides can be recorded."""
        healthy = self._journal.healthy
        await reply_json(send, {"status": "ok" if healthy else "journal unavailable"}, 200 if healthy else 503)

    async def metrics(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Prometheus text format."""
        figures = {
            "nameplate_permits_total": self._authorizer.permits,
            "nameplate_denials_total": self._authorizer.denials,
            "nameplate_journal_records": self._journal.next_seq - 1,
            "nameplate_journal_healthy": int(self._journal.healthy),
            "nameplate_points_connected": len(self._connected()),
            "nameplate_actors": self._actors(),
        }
        await reply(send, 200, "".join(f"{name} {value}\n" for name, value in figures.items()).encode(), [_TEXT])
