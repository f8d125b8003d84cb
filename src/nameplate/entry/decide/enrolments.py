"""Binding keys to units: a code for the operator, its redemption by the unit."""

import asyncio
import base64
import secrets
from collections.abc import Callable
from typing import Annotated

import msgspec

from nameplate.domain.actors import Actor
from nameplate.domain.cards import Given, next_number
from nameplate.domain.errors import Invalid, NotFound
from nameplate.domain.registry import Registry
from nameplate.domain.timestamps import rfc3339
from nameplate.entry.operations import Answer, Who, operation, pattern
from nameplate.flows.enrol import Bound, Claim, Records, offer, redeem
from nameplate.ports.agreement import Agreement
from nameplate.ports.ledger import Ledger

from .local import local_caller
from .replies import Receive, Scope, Send, read_json, reply_json

CODE_BYTES = 20


Hex = Annotated[str, pattern("([0-9A-Fa-f]{2})*")]


class ClaimIn(msgspec.Struct, forbid_unknown_fields=True):
    """What a unit sends; `public_key` and `signature` in hex."""

    code: str
    serial: str
    public_key: Hex
    signature: Hex


class CodeOut(msgspec.Struct):
    """The code for one unit, good once and until then (RFC 3339)."""

    actor: str
    code: str
    expires_at: str


class BoundOut(msgspec.Struct):
    """Who the unit is now. `key_handle`: by which readers name its key."""

    actor: str
    site: str
    key_handle: str


class Enrolments:
    """Offers and redeems codes."""

    def __init__(self, registry: Registry, ledger: Ledger, agreement: Agreement, clock: Callable[[], int]) -> None:
        self._registry, self._ledger, self._agreement, self._clock = registry, ledger, agreement, clock
        enrolments, actors, standings, keys = registry.enrolments, registry.actors, registry.standings, registry.keys
        self._redeeming = asyncio.Lock()
        self._records = Records(enrolments.get, actors.get, standings.get, keys.get, self._next_card)

    @operation("POST /v1/actors/{actor}/enrolment", Who.LOCAL, Answer(CodeOut, problems=(404, 409, 503)))
    async def offer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A one-time code for an actor; shown once, kept as a hash."""
        caller, actor_id = local_caller(scope), scope["path"].split("/")[3]
        actor = self._registry.actors.get(actor_id)
        if actor is None:
            raise NotFound("actor", f"There is no actor {actor_id}.", "See `nameplate actor list`.")
        code = base64.b32encode(secrets.token_bytes(CODE_BYTES)).decode()
        offered = offer(actor, self._registry.standings[actor_id], code, self._clock())
        expires = rfc3339(offered.expires_at)
        record = {
            "kind": "enrolment_offered",
            "actor": actor_id,
            "code_hash": offered.code_hash,
            "expires_at": expires,
            "by": caller,
        }
        await self._ledger.commit(record)
        await reply_json(send, CodeOut(actor_id, code, expires))

    @operation("POST /v1/enrolments", Who.EVERYBODY, Answer(BoundOut, problems=(403, 404, 409, 503)), ClaimIn)
    async def redeem(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A unit binds its own key. The code is its only credential here."""
        given = await read_json(receive, ClaimIn)
        try:
            claim = Claim(given.code, given.serial, bytes.fromhex(given.public_key), bytes.fromhex(given.signature))
        except ValueError:
            raise Invalid("malformed", "public_key and signature are hex.") from None
        # A code is used up when its record is in force: until then nobody else may look at it.
        async with self._redeeming:
            bound = redeem(self._records, self._agreement, claim, self._clock())
            await self._ledger.commit(_record(bound))
        site = self._registry.actors[bound.actor].site
        await reply_json(send, BoundOut(bound.actor, site, bound.handle))

    def _next_card(self, actor: Actor) -> Given | None:
        """A unit keeps its number for life: a new key of it brings no other."""
        registry = self._registry
        if actor.id in registry.holders:
            return None
        return next_number(registry.cardpools.values(), registry.cards, actor.site)


def _record(bound: Bound) -> dict[str, object]:
    card = {} if bound.card is None else {"card": {"pool": bound.card.pool, **bound.card.number._asdict()}}
    return card | {
        "kind": "key_bound",
        "actor": bound.actor,
        "handle": bound.handle,
        "public": bound.public.hex(),
        "unit": bound.unit,
    }
