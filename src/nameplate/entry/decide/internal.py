"""What `manage` and the supervisor may ask of the deciding process, over a socket of their own user."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from nameplate.domain.errors import Invalid
from nameplate.domain.feeds import PanelEvent
from nameplate.domain.links import Admit, Applied, Declaration, PanelTold, Running, Status
from nameplate.domain.registry import Registry, Touched
from nameplate.flows.credentials import Credentials
from nameplate.flows.declare import Declarer
from nameplate.ports.bus import Handler, Peer

from .connections import Connections
from .hub import Hub

PROCESSES = frozenset({"osdp", "osdp-panel", "door-api"})
"""Point types that run as a process of their own."""


class Internal:
    """Handlers for our own processes."""

    def __init__(
        self,
        registry: Registry,
        declarer: Declarer,
        connections: Connections,
        hub: Hub,
        credentials: Credentials,
        fingerprint: Callable[[str], str],
        hear: Callable[[PanelEvent], None],
    ) -> None:
        self._registry, self._declarer, self._connections, self._hub = registry, declarer, connections, hub
        self._credentials, self._fingerprint, self._hear = credentials, fingerprint, hear
        self._changed = asyncio.Event()
        credentials.on_change = self._changed.set

    def handlers(self) -> Mapping[str, Handler]:
        """What they may call."""
        return {
            "declare": self._declare,
            "points": self._points,
            "admit": self._admit,
            "status": self._status,
            "credential": self._credential,
            "panels_told": self._panels_told,
        }

    def runs(self, point_id: str) -> bool:
        """Whether the point is one that runs as a process of ours."""
        point = self._registry.points.get(point_id)
        return point is not None and point.type in PROCESSES

    def touched(self, touched: Touched) -> None:
        """Something has changed: whoever waits for the list of points gets a new one."""
        if touched[0] in {"Point", "Door", "Site"}:
            self._changed.set()

    async def _declare(self, peer: Peer, body: bytes) -> Applied:
        wanted = read_message(body, Declaration)
        return Applied(await self._declarer.declare(wanted.changes, wanted.by, wanted.planned_at))

    async def _points(self, peer: Peer, body: bytes) -> list[Running]:
        """The points that should run, once they differ from what the caller knows (their digests) or in a while."""
        known = set(read_message(body, list[str]))
        deadline = asyncio.get_running_loop().time() + 20.0
        while {each.digest for each in self._running()} == known:
            self._changed.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await self._changed.wait()
            except TimeoutError:
                break
        return self._running()

    async def _panels_told(self, peer: Peer, body: bytes) -> None:
        for event in read_message(body, PanelTold).events:
            self._hear(event)

    async def _status(self, peer: Peer, body: bytes) -> Status:
        return Status(list(self._connections.names))

    async def _credential(self, peer: Peer, body: bytes) -> bytes:
        return await self._credentials.for_manage(read_message(body, str))

    async def _admit(self, peer: Peer, body: bytes) -> None:
        wanted = read_message(body, Admit)
        self._hub.admit(wanted.point, wanted.token_hash)

    def _running(self) -> list[Running]:
        points = [point for point in self._registry.points.values() if point.type in PROCESSES and point.channels]
        return [
            Running(point.id, point.type, self._digest(point.id)) for point in sorted(points, key=lambda each: each.id)
        ]

    def _digest(self, point_id: str) -> str:
        # A door must not start anew, perhaps with a robot in it, because less or more is asked of those who come.
        point = replace(self._registry.points[point_id], default_mode="", observe=(), warn=(), enforce=(), until=None)
        doors = [self._registry.doors.get(channel.door) for channel in point.channels]
        known = [point, doors, self._fingerprint(point_id)]
        return hashlib.sha256(msgspec.json.encode(known, order="sorted")).hexdigest()


def read_message(body: bytes, kind: Any) -> Any:
    """What our own side sent, as `kind`; raises Invalid."""
    try:
        return msgspec.msgpack.decode(body, type=kind)
    except msgspec.DecodeError as error:
        raise Invalid("malformed", f"The message cannot be read: {error}.") from None
