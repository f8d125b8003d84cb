"""Decisions, and why each was made."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from .render import page
from .shown import Shown
from .viewer import Caller

PAGE = 50


def routes(shown: Shown) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get("/console/decisions", include_in_schema=False)
    async def find(
        caller: Caller, actor: str = "", resource: str = "", decision: str = "", reason: str = "", before: int = 0
    ) -> HTMLResponse:
        asked = {"actor": actor, "resource": resource, "decision": decision, "reason": reason}
        rows = shown.recent.newest(_wanted(asked), PAGE, before)
        older = urlencode(
            {**{name: value for name, value in asked.items() if value}, "before": rows[-1]["seq"]} if rows else {}
        )
        return page(
            "decisions.html",
            shown.viewer(caller),
            "decisions",
            rows=rows,
            asked=asked,
            older=f"/console/decisions?{older}" if len(rows) == PAGE else "",
        )

    @router.get("/console/decisions/{ident}", include_in_schema=False)
    async def explain(caller: Caller, ident: str) -> HTMLResponse:
        record = await asyncio.to_thread(shown.explainer.record, ident)
        why = await asyncio.to_thread(shown.explainer.explain, record)
        return page("decision.html", shown.viewer(caller), "decisions", record=record, why=why)

    return router


def _wanted(asked: Mapping[str, str]) -> Callable[[Mapping[str, Any]], bool]:
    """Whole words for decision and reason, parts of words for actor and resource."""
    parts = {name: asked[name].casefold() for name in ("actor", "resource") if asked[name]}
    exact = {name: asked[name] for name in ("decision", "reason") if asked[name]}

    def fits(record: Mapping[str, Any]) -> bool:
        return (
            record["kind"] == "decision"
            and all(record[name] == value for name, value in exact.items())
            and all(value in record[name].casefold() for name, value in parts.items())
        )

    return fits
