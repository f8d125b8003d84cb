"""What the local CLI may ask of the deciding process, over the control socket. The caller is known by its uid."""

import hashlib
import os
import secrets
from collections.abc import Callable
from typing import Any, Protocol

import msgspec

from nameplate.domain.actors import State
from nameplate.domain.asked import Asked
from nameplate.domain.errors import Invalid, NotFound
from nameplate.domain.lifecycle import TRANSITIONS
from nameplate.domain.names import is_id
from nameplate.domain.registry import Registry
from nameplate.domain.selectors import check_selector, selects
from nameplate.domain.timestamps import parse_rfc3339, rfc3339
from nameplate.flows.authorize import PERMIT_LIFETIME_US, Authorizer
from nameplate.flows.stop import Done, Lifecycle, Order
from nameplate.flows.succeed import approve_succession
from nameplate.ports.ledger import Ledger

from . import authzen
from .access import decision_json
from .app import Route
from .replies import HttpError, Receive, Scope, Send, read_json, reply_json

ENFORCEMENT_DELAY_MS = 250
CLOCK_ERROR_MS = 10
MAX_INSTALL_S = 600
BOUND_MS = PERMIT_LIFETIME_US // 1000 + 2 * CLOCK_ERROR_MS + ENFORCEMENT_DELAY_MS
"""How long a stop can take to bite where a point hears nothing of it: lease + 2 x clock error + enforcement delay."""


class Check(msgspec.Struct, forbid_unknown_fields=True):
    """`access check`. With `at` or `dry_run` the question has no effect."""

    actor: str
    action: str
    resource: str
    context: dict[str, Any] = {}
    at: str | None = None
    dry_run: bool = False


class OrderIn(msgspec.Struct, forbid_unknown_fields=True):
    """An order over an actor's life, for some actors or for all that a selector means."""

    order: str
    reason: str
    actors: list[str] = []
    where: dict[str, str] = {}


class SuccessionIn(msgspec.Struct):
    """An approval."""

    reason: str


class TokenIn(msgspec.Struct, forbid_unknown_fields=True):
    """`point token`."""

    name: str
    simulate: bool = False


class InstallIn(msgspec.Struct, forbid_unknown_fields=True):
    """`point install`."""

    door: str
    seconds: float = 60.0


class Installs(Protocol):
    """Reaches connected points."""

    async def install(self, point: str, door: str, seconds: float) -> None:
        """Open the time in which a reader may take its transport key."""
        ...


class Local:
    """Routes for the control socket."""

    def __init__(
        self,
        registry: Registry,
        ledger: Ledger,
        authorizer: Authorizer,
        lifecycle: Lifecycle,
        points: Installs,
        clock: Callable[[], int],
    ) -> None:
        self._registry, self._ledger, self._authorizer = registry, ledger, authorizer
        self._lifecycle, self._points, self._clock = lifecycle, points, clock

    def routes(self) -> dict[tuple[str, str], Route]:
        """What this serves."""
        return {
            ("POST", "/v1/check"): self.check,
            ("POST", "/v1/orders"): self.order,
            ("POST", "/v1/point-tokens"): self.token,
        }

    async def check(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Decide one question as `local`."""
        local_caller(scope)
        asked = await read_json(receive, Check)
        at = parse_rfc3339(asked.at) if asked.at else self._clock()
        if at is None:
            raise Invalid("time", f"{asked.at} is not a time.", "Write it as in 2026-11-22T14:30:00Z.")
        request = authzen.request_of((asked.actor, asked.action, asked.resource, at), asked.context)
        simulated = asked.dry_run or asked.at is not None
        decision = await self._authorizer.authorize(request, Asked("local", simulated=simulated))
        await reply_json(send, decision_json(decision))

    async def order(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry out an order; a stop is in force before this answers."""
        caller = local_caller(scope)
        wanted = await read_json(receive, OrderIn)
        if wanted.order not in TRANSITIONS:
            raise Invalid("order", f"{wanted.order} is not an order.", f"Orders are {', '.join(TRANSITIONS)}.")
        if wanted.actors and wanted.where:
            raise Invalid("order", "An order names actors or selects them, not both.", "Leave one out.")
        actors = tuple(dict.fromkeys(wanted.actors)) or self._selected(wanted)
        done = await self._lifecycle.carry_out(Order(wanted.order, actors, caller, wanted.reason))
        await reply_json(send, done_json(done, single=bool(wanted.actors) and len(actors) == 1))

    async def succession(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Approve that an actor takes over the unit of a retired one."""
        caller, actor = local_caller(scope), scope["path"].split("/")[3]
        wanted = await read_json(receive, SuccessionIn)
        former = await approve_succession(self._registry, self._ledger, actor, caller, wanted.reason)
        await reply_json(send, {"actor": actor, "succeeds": former, "approved_by": caller})

    async def token(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A new bearer token for an enforcement point; it replaces the former one. Only its hash is kept."""
        caller = local_caller(scope)
        wanted = await read_json(receive, TokenIn)
        if not is_id(wanted.name):
            raise Invalid(
                "name", f"{wanted.name!r} cannot name a point.", "Use letters, digits, dot, dash and underscore."
            )
        token = f"npt_{secrets.token_urlsafe(32)}"
        digest = hashlib.sha256(token.encode()).hexdigest()
        former = self._registry.callers.get(wanted.name)
        record = {"kind": "caller", "name": wanted.name, "token_hash": digest, "simulate": wanted.simulate}
        await self._ledger.commit(record | {"public_key": former.public_key if former else "", "by": caller})
        await reply_json(send, {"point": wanted.name, "token": token, "simulate": wanted.simulate})

    async def install(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the reader of a door take its transport key for a while. Who did it goes into the record first."""
        caller, point = local_caller(scope), scope["path"].split("/")[3]
        wanted = await read_json(receive, InstallIn)
        if not 1 <= wanted.seconds <= MAX_INSTALL_S:
            raise Invalid("seconds", f"A reader can be given 1 to {MAX_INSTALL_S} seconds.")
        await self._ledger.commit(
            {"kind": "install_ordered", "point": point, "door": wanted.door, "seconds": wanted.seconds, "by": caller}
        )
        await self._points.install(point, wanted.door, wanted.seconds)
        await reply_json(send, {"point": point, "door": wanted.door, "seconds": wanted.seconds})

    def _selected(self, wanted: OrderIn) -> tuple[str, ...]:
        selector, sources = check_selector(wanted.where), TRANSITIONS[wanted.order].sources
        target = TRANSITIONS[wanted.order].target
        standings = self._registry.standings
        found = tuple(
            ident
            for ident, actor in self._registry.actors.items()
            if selects(selector, actor) and standings[ident].state in sources - {target, State.RETIRED}
        )
        if not found:
            raise NotFound(
                "no_actor", f"No actor that could be {target} matches the selector.", "See `nameplate actor list`."
            )
        return found


def caller_name(scope: Scope) -> str:
    """`uid:N` on the control socket, `anonymous` on any other listener."""
    uid = scope.get("state", {}).get("uid")
    return "anonymous" if uid is None else f"uid:{uid}"


def local_caller(scope: Scope) -> str:
    """`uid:N` of a caller on the control socket; raises HttpError 401 on any other listener, 403 for another user."""
    uid = scope.get("state", {}).get("uid")
    if uid is None:
        raise HttpError(
            401,
            "unauthenticated",
            "This is answered on the control socket only.",
            "Run the CLI on the server with --data DIR.",
        )
    if uid not in (0, os.geteuid()):
        raise HttpError(
            403, "forbidden", f"User {uid} may not use the control socket.", "Run as the user of the server."
        )
    return f"uid:{uid}"


def done_json(done: Done, *, single: bool) -> dict[str, Any]:
    """What an order answers (times RFC 3339)."""
    who: dict[str, Any] = {"actor": done.order.actors[0]} if single else {"actors": list(done.order.actors)}
    answer = who | {"state": done.state, "recorded": done.recorded}
    if not done.stop:
        return answer
    receipts = [
        {
            "point": each.point,
            "received_at": rfc3339(each.received_at),
            "applied_at": rfc3339(each.applied_at),
            "ms": round((each.applied_at - done.ordered_at) / 1000, 3),
            "key": each.key,
            "signature": each.signature,
        }
        for each in done.told.receipts
    ]
    stop = {
        "id": done.stop,
        "ordered_at": rfc3339(done.ordered_at),
        "recorded": done.recorded,
        "receipts": receipts,
        "online": list(done.told.online),
        "missing": list(done.told.missing),
        "bound_ms": BOUND_MS,
    }
    return answer | {"stop": stop}
