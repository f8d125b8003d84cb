"""Orders over zones and sites, from the control socket."""

from typing import Annotated

import msgspec

from nameplate.domain.lockdowns import Threat
from nameplate.domain.timestamps import rfc3339
from nameplate.entry.operations import Answer, Who, one_of, operation
from nameplate.flows.lock import Carried, PlaceOrder, Places
from nameplate.flows.place import Placing

from .local import StopOut, local_caller, stop_of
from .replies import Receive, Scope, Send, read_json, reply_json


class ZonesIn(msgspec.Struct, forbid_unknown_fields=True):
    """`zone lockdown` and `zone release`: some zones, or all of a site."""

    reason: str
    zones: list[str] = []
    site: str = ""


_ZONES = Annotated[ZonesIn, one_of(zones="Items", site="Length")]


class ThreatIn(msgspec.Struct, forbid_unknown_fields=True):
    """`site threat`."""

    level: Annotated[str, msgspec.Meta(extra_json_schema={"enum": list(Threat)})]
    reason: str
    site: str = ""


class PlacedIn(msgspec.Struct, forbid_unknown_fields=True):
    """`actor place`; an empty zone: nobody knows."""

    zone: str
    reason: str


class PlacedOut(msgspec.Struct):
    """Where the actor is now."""

    actor: str
    zone: str


class ZonesOut(msgspec.Struct, omit_defaults=True):
    """The zones that an order reached, and whether they are `locked` or `open` now. `stop`: what points answered."""

    zones: tuple[str, ...]
    state: str
    ordered_at: str
    recorded: bool
    stop: StopOut | None = None


class ThreatOut(msgspec.Struct):
    """The threat level of a site."""

    site: str
    level: str
    ordered_at: str
    recorded: bool


class PlaceOrders:
    """Routes for the control socket."""

    def __init__(self, places: Places, placing: Placing) -> None:
        self._places, self._placing = places, placing

    @operation("POST /v1/actors/{actor}/place", Who.LOCAL, Answer(PlacedOut, problems=(404, 503)), PlacedIn)
    async def place(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A person says where an actor is."""
        caller, actor = local_caller(scope), scope["path"].split("/")[3]
        wanted = await read_json(receive, PlacedIn)
        await self._placing.place(actor, wanted.zone, by=caller, reason=wanted.reason)
        await reply_json(send, PlacedOut(actor, wanted.zone))

    @operation("POST /v1/zones/lockdown", Who.LOCAL, Answer(ZonesOut, problems=(404, 503)), _ZONES)
    async def lock(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lock zones down; in force before this answers, and withdrawn at the points what was given and not used."""
        order = await _order(scope, receive)
        await reply_json(send, _carried(await self._places.lock(order), state="locked"))

    @operation("POST /v1/zones/release", Who.LOCAL, Answer(ZonesOut, problems=(404, 503)), _ZONES)
    async def release(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Lift lockdowns."""
        order = await _order(scope, receive)
        await reply_json(send, _carried(await self._places.release(order), state="open"))

    @operation("POST /v1/sites/threat", Who.LOCAL, Answer(ThreatOut, problems=(404, 503)), ThreatIn)
    async def set_threat(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Set the threat level of a site."""
        caller, wanted = local_caller(scope), await read_json(receive, ThreatIn)
        done = await self._places.set_threat(wanted.level, PlaceOrder(caller, wanted.reason, site=wanted.site))
        answer = ThreatOut(done.places[0], wanted.level, rfc3339(done.ordered_at), done.recorded)
        await reply_json(send, answer)


async def _order(scope: Scope, receive: Receive) -> PlaceOrder:
    caller, wanted = local_caller(scope), await read_json(receive, ZonesIn)
    return PlaceOrder(caller, wanted.reason, tuple(wanted.zones), wanted.site)


def _carried(done: Carried, *, state: str) -> ZonesOut:
    told = stop_of(done) if done.stop else None
    return ZonesOut(tuple(done.places), state, rfc3339(done.ordered_at), done.recorded, told)
