"""Who there is."""

from bisect import bisect_right
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Query, Request

from nameplate.domain.actors import Actor, State
from nameplate.domain.errors import NotFound
from nameplate.domain.manifests.documents import to_document
from nameplate.domain.registry import Registry
from nameplate.domain.selectors import check_selector, selects
from nameplate.domain.timestamps import rfc3339
from nameplate.entry.operations import Answer, Page, answering

from .caller import LocalCaller


class ActorRow(msgspec.Struct):
    """An actor in a list."""

    id: str
    type: str
    state: str
    unit: str
    owner: str
    contract: str
    tier: str
    zone: str


class KeyOut(msgspec.Struct):
    """The key that is bound to a unit. `counter`: the highest that was seen."""

    handle: str
    bound_at: str
    counter: int


class LastZone(msgspec.Struct):
    """Where a passage was seen last, and when."""

    zone: str
    at: str


class ActorOut(msgspec.Struct):
    """What is declared of an actor, as in its manifest, and how it stands."""

    id: str
    type: str
    state: str
    since: str
    cut_off: str | None
    key: KeyOut | None
    card: str | None
    last_zone: LastZone | None
    contract_revision: str
    grants: list[dict[str, Any]]


_PAGING = {"limit", "after", "state"}


def routes(registry: Registry) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get("/v1/actors")
    @answering(Answer(Page[ActorRow]))
    async def list_actors(
        request: Request,
        caller: LocalCaller,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
        after: str = "",
        state: State | Literal[""] = "",
    ) -> dict[str, Any]:
        """Keyset pagination by id: `next` is the `after` of the next page, empty at the end.

        Every other parameter selects, as in `model=T3`; what is no field of an actor is refused.
        """
        selector = {name: value for name, value in request.query_params.items() if name not in _PAGING}
        if selector:
            check_selector(selector)
        ids = sorted(registry.actors)
        items: list[dict[str, Any]] = []
        for ident in ids[bisect_right(ids, after) :]:
            actor = registry.actors[ident]
            if selects(selector, actor) and state in ("", registry.standings[ident].state):
                if len(items) == limit:
                    return {"items": items, "next": items[-1]["id"]}
                items.append(_row(registry, actor))
        return {"items": items, "next": ""}

    @router.get("/v1/actors/{actor_id}")
    @answering(Answer(ActorOut, problems=(404,)))
    async def show_actor(actor_id: str, caller: LocalCaller) -> dict[str, Any]:
        actor = registry.actors.get(actor_id)
        if actor is None:
            raise NotFound("actor", f"There is no actor {actor_id}.", "See `nameplate actor list`.")
        return _whole(registry, actor)

    return router


def _row(registry: Registry, actor: Actor) -> dict[str, Any]:
    standing = registry.standings[actor.id]
    return {
        "id": actor.id,
        "type": actor.type,
        "state": standing.state,
        "unit": str(actor.unit) if actor.unit else "",
        "owner": actor.owner,
        "contract": actor.contract,
        "tier": actor.tier,
        "zone": standing.zone,
    }


def _whole(registry: Registry, actor: Actor) -> dict[str, Any]:
    standing, key = registry.standings[actor.id], registry.keys.get(registry.standings[actor.id].key)
    declared = {name: value for name, value in to_document(actor).items() if name not in {"kind", "state"}}
    contract = registry.contracts.get(actor.contract)
    return declared | {
        "state": standing.state,
        "since": rfc3339(standing.since),
        "cut_off": None if standing.cut_off is None else rfc3339(standing.cut_off),
        "key": None
        if key is None
        else {"handle": key.handle, "bound_at": rfc3339(key.bound_at), "counter": standing.counter},
        "card": card.number.id if (card := registry.card(actor.id)) else None,
        "last_zone": {"zone": standing.zone, "at": rfc3339(standing.zone_at)} if standing.zone else None,
        "contract_revision": contract.name if contract else "",
        "grants": to_document(contract).get("grants", []) if contract else [],
    }
