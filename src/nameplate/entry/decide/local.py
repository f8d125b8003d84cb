"""What the local CLI may ask of the deciding process, over the control socket. The caller is known by its uid."""

import hashlib
import secrets
from collections.abc import Callable
from typing import Annotated, Any, Protocol

import msgspec

from nameplate.domain.actors import State
from nameplate.domain.asked import Asked
from nameplate.domain.errors import Invalid, NotFound
from nameplate.domain.lifecycle import TRANSITIONS
from nameplate.domain.names import ID, is_id
from nameplate.domain.registry import Registry
from nameplate.domain.selectors import FIELDS, check_selector, selects
from nameplate.domain.stops import Receipt
from nameplate.domain.timestamps import parse_rfc3339, rfc3339
from nameplate.entry.operations import Answer, Who, one_of, operation, pattern
from nameplate.flows.authorize import PERMIT_LIFETIME_US, Authorizer
from nameplate.flows.lock import Carried
from nameplate.flows.stop import Done, Lifecycle, Order
from nameplate.flows.succeed import approve_succession
from nameplate.ports.ledger import Ledger

from . import authzen
from .access import Decided, decided
from .callers import caller_in, is_own_user
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
    at: Annotated[str, msgspec.Meta(extra_json_schema={"format": "date-time"})] | None = None
    dry_run: bool = False


_FIELDS = msgspec.Meta(extra_json_schema={"propertyNames": {"enum": list(FIELDS)}})
_FILLED = msgspec.Meta(extra_json_schema={"minLength": 1})


class OrderIn(msgspec.Struct, forbid_unknown_fields=True):
    """An order over an actor's life, for some actors or for all that a selector means."""

    order: Annotated[str, msgspec.Meta(extra_json_schema={"enum": list(TRANSITIONS)})]
    reason: str
    actors: list[str] = []
    where: Annotated[dict[str, Annotated[str, _FILLED]], _FIELDS] = {}


_ORDER = Annotated[OrderIn, one_of(actors="Items", where="Properties")]


class SuccessionIn(msgspec.Struct):
    """An approval."""

    reason: str


class TokenIn(msgspec.Struct, forbid_unknown_fields=True):
    """`point token`."""

    name: Annotated[str, pattern(ID)]
    simulate: bool = False


class InstallIn(msgspec.Struct, forbid_unknown_fields=True):
    """`point install`."""

    door: str
    seconds: Annotated[float, msgspec.Meta(extra_json_schema={"minimum": 1, "maximum": MAX_INSTALL_S})] = 60.0


class ReceiptOut(msgspec.Struct):
    """What a point has signed: `ms` after the order it had applied it. `key` and `signature`: hex (Ed25519)."""

    point: str
    received_at: str
    applied_at: str
    ms: float
    key: str
    signature: str


class StopOut(msgspec.Struct):
    """How a stop went. `online`: points that ask each time; `missing`: those that did not answer."""

    id: str
    ordered_at: str
    recorded: bool
    receipts: list[ReceiptOut]
    online: tuple[str, ...]
    missing: tuple[str, ...]
    bound_ms: int


class Ordered(msgspec.Struct, omit_defaults=True):
    """What an order did: to one `actor`, or to all those it named or selected."""

    state: str
    recorded: bool
    actor: str | None = None
    actors: tuple[str, ...] | None = None
    stop: StopOut | None = None


class Approved(msgspec.Struct):
    """Who takes over from whom."""

    actor: str
    succeeds: str
    approved_by: str


class TokenOut(msgspec.Struct):
    """The token, shown this once."""

    point: str
    token: str
    simulate: bool


class InstallOut(msgspec.Struct):
    """The time that was given."""

    point: str
    door: str
    seconds: float


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

    @operation("POST /v1/check", Who.LOCAL, Answer(Decided, problems=(503,)), Check)
    async def check(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Decide one question as `local`."""
        local_caller(scope)
        asked = await read_json(receive, Check)
        at = self._clock() if asked.at is None else parse_rfc3339(asked.at)
        if at is None:
            raise Invalid("time", f"{asked.at!r} is not a time.", "Write it as in 2026-11-22T14:30:00Z.")
        request = authzen.request_of((asked.actor, asked.action, asked.resource, at), asked.context)
        simulated = asked.dry_run or asked.at is not None
        decision = await self._authorizer.authorize(request, Asked("local", simulated=simulated))
        await reply_json(send, Decided(*decided(decision)))

    @operation("POST /v1/orders", Who.LOCAL, Answer(Ordered, problems=(404, 409)), _ORDER)
    async def order(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Carry out an order; a stop is in force before this answers."""
        caller = local_caller(scope)
        wanted = await read_json(receive, OrderIn)
        if wanted.order not in TRANSITIONS:
            raise Invalid("order", f"{wanted.order} is not an order.", f"Orders are {', '.join(TRANSITIONS)}.")
        if wanted.actors and wanted.where:
            raise Invalid("order", "An order names actors or selects them, not both.", "Leave one out.")
        actors = tuple(dict.fromkeys(wanted.actors)) or self._selected(wanted)
        found = await self._lifecycle.carry_out(Order(wanted.order, actors, caller, wanted.reason))
        await reply_json(send, done(found, single=bool(wanted.actors) and len(actors) == 1))

    @operation(
        "POST /v1/actors/{actor}/succession", Who.LOCAL, Answer(Approved, problems=(404, 409, 503)), SuccessionIn
    )
    async def succession(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Approve that an actor takes over the unit of a retired one."""
        caller, actor = local_caller(scope), scope["path"].split("/")[3]
        wanted = await read_json(receive, SuccessionIn)
        former = await approve_succession(self._registry, self._ledger, actor, caller, wanted.reason)
        await reply_json(send, Approved(actor, former, caller))

    @operation("POST /v1/point-tokens", Who.LOCAL, Answer(TokenOut, problems=(503,)), TokenIn)
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
        await reply_json(send, TokenOut(wanted.name, token, wanted.simulate))

    @operation("POST /v1/points/{point}/install", Who.LOCAL, Answer(InstallOut, problems=(404, 409, 503)), InstallIn)
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
        await reply_json(send, InstallOut(point, wanted.door, wanted.seconds))

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
    """Who calls, as it goes on record: `uid:N`, `person:p-...`, several of them for what they approved, `anonymous`."""
    state = scope.get("state", {})
    admitted = caller_in(state)
    uid = state.get("uid")
    return admitted.name if admitted else "anonymous" if uid is None else f"uid:{uid}"


def local_caller(scope: Scope) -> str:
    """Like `caller_name`, for routes that are not open: whom the gate let in.

    Without a gate only the user of the server is: raises HttpError 401 on any other listener, 403 for another user.
    """
    state = scope.get("state", {})
    admitted, uid = caller_in(state), state.get("uid")
    if admitted and (admitted.session or admitted.approved):
        return admitted.name
    if uid is None:
        raise HttpError(
            401,
            "unauthenticated",
            "This needs somebody who is signed in.",
            "Run the CLI on the server with --data DIR, or sign in: nameplate login --server URL",
        )
    if not is_own_user(uid):
        raise HttpError(
            403, "forbidden", f"User {uid} may not use the control socket.", "Run as the user of the server."
        )
    return f"uid:{uid}"


def done(found: Done, *, single: bool) -> Ordered:
    """What an order answers (times RFC 3339)."""
    who = found.order.actors
    actor, actors = (who[0], None) if single else (None, who)
    return Ordered(found.state, found.recorded, actor, actors, stop_of(found) if found.stop else None)


def stop_of(found: Done | Carried) -> StopOut:
    """How a stop went, or a lockdown: what points answered to it."""
    told = found.told
    receipts = [_receipt(each, found.ordered_at) for each in told.receipts]
    ordered_at = rfc3339(found.ordered_at)
    return StopOut(found.stop, ordered_at, found.recorded, receipts, told.online, told.missing, BOUND_MS)


def _receipt(each: Receipt, ordered_at: int) -> ReceiptOut:
    received_at, applied_at = rfc3339(each.received_at), rfc3339(each.applied_at)
    ms = round((each.applied_at - ordered_at) / 1000, 3)
    return ReceiptOut(each.point, received_at, applied_at, ms, each.key, each.signature)
