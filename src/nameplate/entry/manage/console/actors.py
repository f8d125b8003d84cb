"""Actors: finding them, and one of them with all that is known of it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from nameplate.domain.actors import Actor
from nameplate.domain.acts import STOP
from nameplate.domain.errors import NotFound
from nameplate.domain.lifecycle import TRANSITIONS
from nameplate.domain.manifests.documents import to_document
from nameplate.domain.selectors import field_of
from nameplate.domain.timestamps import rfc3339

from .keyset import newest_first, page_of
from .render import page
from .shown import Shown
from .viewer import Caller, Viewer

PAGE = 50
FACETS = ("state", "type", "owner", "tier")
DECISIONS = 20


def routes(shown: Shown) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get("/console/actors", include_in_schema=False)
    async def find(
        caller: Caller,
        q: str = "",
        state: str = "",
        kind: Annotated[str, Query(alias="type")] = "",
        owner: str = "",
        tier: str = "",
        sort: str = "id",
        after: str = "",
    ) -> HTMLResponse:
        asked = {"q": q, "state": state, "type": kind, "owner": owner, "tier": tier}
        wanted = {name: value for name, value in asked.items() if value}
        found = [actor for actor in shown.registry.actors.values() if _fits(shown, actor, wanted)]
        keyed = ((_key(shown, actor, sort), actor) for actor in found)
        rows, following = page_of(keyed, after, PAGE)
        address = {**wanted, **({"sort": sort} if sort != "id" else {})}
        return page(
            "actors.html",
            shown.viewer(caller),
            "actors",
            rows=[_row(shown, actor) for actor in rows],
            total=len(found),
            asked=asked,
            sort=sort,
            facets=_facets(shown, wanted),
            link=lambda **changed: _link({**address, **changed}),
            next=_link({**address, "after": following}) if following else "",
        )

    @router.get("/console/actors/{ident}", include_in_schema=False)
    async def show(caller: Caller, ident: str) -> HTMLResponse:
        return _show(shown, shown.viewer(caller), ident)

    return router


def _show(shown: Shown, viewer: Viewer, ident: str) -> HTMLResponse:
    actor = shown.registry.actors.get(ident)
    if actor is None:
        raise NotFound("actor", f"There is no actor {ident}.", "Look for it among the actors.")
    state = shown.registry.standings[ident].state
    decisions = shown.recent.newest(lambda each: each["kind"] == "decision" and each["actor"] == ident, DECISIONS)
    return page(
        "actor.html",
        viewer,
        "actors",
        actor=_whole(shown, actor),
        decisions=decisions,
        orders=[each for each in TRANSITIONS.values() if each.stop and state in each.sources - {each.target}],
        may_stop=viewer.may(STOP),
    )


def _link(query: dict[str, str]) -> str:
    return "/console/actors?" + urlencode({name: value for name, value in query.items() if value})


def _fits(shown: Shown, actor: Actor, wanted: dict[str, str]) -> bool:
    text = wanted.get("q", "").casefold()
    if text and not any(
        text in each.casefold() for each in (actor.id, str(actor.unit or ""), actor.owner, actor.purpose)
    ):
        return False
    return all(_facet(shown, actor, name) == wanted[name] for name in FACETS if name in wanted)


def _facet(shown: Shown, actor: Actor, name: str) -> str:
    return str(shown.registry.standings[actor.id].state) if name == "state" else field_of(actor, name)


def _facets(shown: Shown, wanted: dict[str, str]) -> dict[str, list[tuple[str, int]]]:
    """How many there would be of each value, were it chosen instead of the one that is."""
    found: dict[str, list[tuple[str, int]]] = {}
    for name in FACETS:
        others = {key: value for key, value in wanted.items() if key != name}
        fits = (actor for actor in shown.registry.actors.values() if _fits(shown, actor, others))
        counts = Counter(_facet(shown, actor, name) for actor in fits)
        found[name] = sorted((value, count) for value, count in counts.items() if value)
    return found


def _key(shown: Shown, actor: Actor, sort: str) -> str:
    return newest_first(shown.registry.standings[actor.id].since, actor.id) if sort == "since" else actor.id


def _row(shown: Shown, actor: Actor) -> dict[str, Any]:
    standing = shown.registry.standings[actor.id]
    return {
        "id": actor.id,
        "type": str(actor.type),
        "state": str(standing.state),
        "since": rfc3339(standing.since),
        "unit": str(actor.unit or ""),
        "owner": actor.owner,
        "contract": actor.contract,
        "tier": str(actor.tier),
        "zone": standing.zone,
    }


def _whole(shown: Shown, actor: Actor) -> dict[str, Any]:
    registry = shown.registry
    standing, contract = registry.standings[actor.id], registry.contracts.get(actor.contract)
    key, card, team = registry.keys.get(standing.key), registry.card(actor.id), registry.teams.get(actor.owner)
    return _row(shown, actor) | {
        "site": actor.site,
        "owner_name": (team and team.name) or actor.owner,
        "escalation": team.escalation if team else (),
        "sponsor": actor.sponsor,
        "purpose": actor.purpose,
        "environment": actor.environment,
        "retire_by": actor.retire_by and actor.retire_by.isoformat(),
        "reviewed": rfc3339(registry.reviews[actor.id]) if actor.id in registry.reviews else "",
        "cut_off": rfc3339(standing.cut_off) if standing.cut_off else "",
        "zone_at": rfc3339(standing.zone_at) if standing.zone_at else "",
        "key": {"handle": key.handle, "bound_at": rfc3339(key.bound_at)} if key else None,
        "card": card.number.id if card else "",
        "contract_name": contract.name if contract else "",
        "grants": list(_grants(to_document(contract) if contract else {})),
        "upstream": [
            {
                "bridge": each.bridge,
                "status": each.status,
                "until": rfc3339(each.valid_until) if each.valid_until else "",
            }
            for each in registry.upstreams.of(actor.id)
        ],
        "held": registry.held.get(actor.id, ""),
    }


def _grants(document: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Each grant with its conditions as people read them."""
    for grant in document.get("grants", []):
        conditions = {name: _plain(value) for name, value in grant.items() if name not in {"actions", "resources"}}
        yield {"actions": grant["actions"], "resources": grant["resources"], "conditions": conditions}


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_plain(each)}" for name, each in value.items())
    return " ".join(map(_plain, value)) if isinstance(value, list | tuple) else str(value)
