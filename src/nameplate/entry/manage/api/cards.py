"""Card numbers, for whoever loads them into a panel."""

from bisect import bisect_right
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query

from nameplate.domain.cards import Card, presented
from nameplate.domain.registry import Registry
from nameplate.domain.timestamps import rfc3339
from nameplate.entry.operations import Answer, Page, answering

from .caller import LocalCaller


class CardRow(msgspec.Struct):
    """A number. `bits` of `data` (hex) are what a reader sends."""

    id: str
    bits: int
    data: str
    facility: int
    number: int
    actor: str
    unit: str
    state: str
    pool: str
    given_at: str
    withdrawn: bool


def routes(registry: Registry) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get("/v1/cards")
    @answering(Answer(Page[CardRow]))
    async def list_cards(
        caller: LocalCaller, limit: Annotated[int, Query(ge=1, le=1000)] = 100, after: str = ""
    ) -> dict[str, Any]:
        """Every number that was ever given, with what the panel must know of it. Keyset pagination by id."""
        ids = sorted(registry.cards)
        chosen = ids[bisect_right(ids, after) :][: limit + 1]
        items = [_row(registry, registry.cards[ident]) for ident in chosen[:limit]]
        return {"items": items, "next": items[-1]["id"] if len(chosen) > limit else ""}

    return router


def _row(registry: Registry, card: Card) -> dict[str, Any]:
    actor, standing = registry.actors.get(card.actor), registry.standings.get(card.actor)
    return {
        "id": card.number.id,
        **presented(card.number)._asdict(),
        "facility": card.number.facility,
        "number": card.number.number,
        "actor": card.actor,
        "unit": str(actor.unit) if actor and actor.unit else "",
        "state": standing.state if standing else "",
        "pool": card.pool,
        "given_at": rfc3339(card.given_at),
        "withdrawn": card.withdrawn,
    }
