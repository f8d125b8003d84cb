"""Doors that are opened by a call: whoever holds the token of an enforcement point asks for a unit, from afar."""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import msgspec

from nameplate.domain.asked import Asked
from nameplate.domain.errors import NotFound
from nameplate.domain.points import DOOR_API, Caller
from nameplate.domain.registry import Registry
from nameplate.domain.verdicts import Decision
from nameplate.entry.operations import Answer, Who, operation
from nameplate.ports.authority import Authority

from . import authzen
from .access import Decided, decided
from .replies import HttpError, Receive, Scope, Send, header, read_json, reply_json


class Entry(msgspec.Struct, forbid_unknown_fields=True):
    """For whom, and under which circumstances (DESIGN, context keys)."""

    actor: str
    context: dict[str, Any] = {}


class Opened(Decided):
    """The decision, whether the door was `opened`, and in `trouble` why not although that was permitted."""

    opened: bool
    trouble: str


class Opens(Protocol):
    """Reaches connected points."""

    async def open(self, point: str, door: str, decision: Decision) -> str:
        """Have it opened; why not, or nothing."""
        ...


class Doors:
    """Decides, and has the door opened. `callers`: by SHA-256 of their token, hex."""

    def __init__(
        self,
        registry: Registry,
        callers: Mapping[str, Caller],
        authority: Authority,
        points: Opens,
        clock: Callable[[], int],
    ) -> None:
        self._registry, self._callers, self._authority = registry, callers, authority
        self._points, self._clock = points, clock

    @operation("POST /v1/doors/{door}/open", Who.POINT, Answer(Opened, problems=(403, 404, 503)), Entry)
    async def open(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Open a door of an access system, if that is permitted. A request over the network is always `remote`."""
        caller, door = self._caller(scope), scope["path"].split("/")[3]
        point = self._point(door)
        asked = await read_json(receive, Entry)
        question = (asked.actor, "enter", f"door:{door}", self._clock())
        request = authzen.request_of(question, asked.context)._replace(presence="remote")
        decision = await self._authority.authorize(request, Asked(caller.name))
        trouble = await self._points.open(point, door, decision) if decision.permit else ""
        opened = decision.permit and not trouble
        await reply_json(send, Opened(*decided(decision), opened, trouble))

    def _point(self, door: str) -> str:
        for point in self._registry.points.values():
            if point.type == DOOR_API and any(channel.door == door for channel in point.channels):
                return point.id
        raise NotFound("door", f"No access system opens {door} by a call.", "See `nameplate point list`.")

    def _caller(self, scope: Scope) -> Caller:
        scheme, _, token = header(scope, b"authorization").partition(b" ")
        caller = self._callers.get(hashlib.sha256(token).hexdigest()) if scheme.lower() == b"bearer" and token else None
        if caller is None:
            remedy = "Make one: nameplate point token NAME"
            raise HttpError(401, "unauthenticated", "This needs the bearer token of an enforcement point.", remedy)
        if caller.simulate:
            raise HttpError(403, "simulated_effect", "A caller that simulates opens nothing.", "Use another token.")
        return caller
