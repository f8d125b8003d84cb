"""Orders over zones and sites, from the control socket."""

from typing import Any

import msgspec

from nameplate.domain.timestamps import rfc3339
from nameplate.flows.lock import Carried, PlaceOrder, Places
from nameplate.flows.place import Placing

from .app import Route
from .local import local_caller
from .replies import Receive, Scope, Send, read_json, reply_json


class ZonesIn(msgspec.Struct, forbid_unknown_fields=True):
    """`zone lockdown` and `zone release`: some zones, or all of a site."""

    reason: str
    zones: list[str] = []
    site: str = ""


class ThreatIn(msgspec.Struct, forbid_unknown_fields=True):
    """`site threat`."""

    level: str
    reason: str
    site: str = ""


class PlacedIn(msgspec.Struct, forbid_unknown_fields=True):
    """`actor place`; an empty zone: nobody knows."""

    zone: str
    reason: str


class PlaceOrders:
    """Routes for the control socket."""

    def __init__(self, places: Places, placing: Placing) -> None:
        self._places, self._placing = places, placing

    def routes(self) -> dict[tuple[str, str], Route]:
        """What this serves."""
        return {
            ("POST", "/v1/zones/lockdown"): self.lock,
            ("POST", "/v1/zones/release"): self.release,
            ("POST", "/v1/sites/threat"): self.set_threat,
        }

    async def place(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A person says where an actor is."""
        caller, actor = local_caller(scope), scope["path"].split("/")[3]
        wanted = await read_json(receive, PlacedIn)
        await self._placing.place(actor, wanted.zone, by=caller, reason=wanted.reason)
        await reply_json(send, {"actor": actor, "zone": wanted.zone})

    async def lock(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lock zones down; in force before this answers."""
        order = await _order(scope, receive)
        await reply_json(send, _carried(await self._places.lock(order), state="locked"))

    async def release(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lift lockdowns."""
        order = await _order(scope, receive)
        await reply_json(send, _carried(await self._places.release(order), state="open"))

    async def set_threat(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Set the threat level of a site."""
        caller, wanted = local_caller(scope), await read_json(receive, ThreatIn)
        done = await self._places.set_threat(wanted.level, PlaceOrder(caller, wanted.reason, site=wanted.site))
        answer = {"site": done.places[0], "level": wanted.level, "ordered_at": rfc3339(done.ordered_at)}
        await reply_json(send, answer | {"recorded": done.recorded})


async def _order(scope: Scope, receive: Receive) -> PlaceOrder:
    caller, wanted = local_caller(scope), await read_json(receive, ZonesIn)
    return PlaceOrder(caller, wanted.reason, tuple(wanted.zones), wanted.site)


def _carried(done: Carried, *, state: str) -> dict[str, Any]:
    return {
        "zones": list(done.places),
        "state": state,
        "ordered_at": rfc3339(done.ordered_at),
        "recorded": done.recorded,
    }
