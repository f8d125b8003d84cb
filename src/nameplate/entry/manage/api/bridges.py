"""Bridges to the company's identity systems."""

from typing import Any

import msgspec
from fastapi import APIRouter

from nameplate.entry.manage.bridging import Bridging
from nameplate.entry.operations import Answer, Page, answering

from .caller import LocalCaller


class StopTimes(msgspec.Struct):
    """How long the last stops took, in milliseconds."""

    count: int
    p50_ms: float | None
    p99_ms: float | None


class BridgeRow(msgspec.Struct):
    """A bridge. `bound_ms`: how long access can outlive a disable of which no message arrives; None: for ever."""

    id: str
    type: str
    url: str
    status: str
    heard_at: str
    lease_s: float
    bound_ms: int | None
    stops: StopTimes
    actors_told: int
    people_told: int
    detail: dict[str, Any]


def routes(bridging: Bridging) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get("/v1/bridges")
    @answering(Answer(Page[BridgeRow]))
    async def list_bridges(caller: LocalCaller) -> dict[str, Any]:
        return {"items": bridging.status(), "next": ""}

    return router
