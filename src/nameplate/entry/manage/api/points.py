"""Enforcement points."""

from typing import Any

import msgspec
from fastapi import APIRouter

from nameplate.domain.registry import Registry
from nameplate.entry.manage.commands import Commands
from nameplate.entry.manage.feeding import Feeding
from nameplate.entry.operations import Answer, Page, answering

from .caller import LocalCaller


class PointRow(msgspec.Struct):
    """An enforcement point. `key`: by which it signs receipts (hex), empty where it signs none."""

    id: str
    type: str
    doors: list[str]
    connected: bool
    key: str
    simulate: bool


class FeedRow(msgspec.Struct):
    """A feed of a panel's events, and whether it can be read."""

    id: str
    to: str
    status: str


def routes(registry: Registry, commands: Commands, feeding: Feeding) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get("/v1/points")
    @answering(Answer(Page[PointRow]))
    async def list_points(caller: LocalCaller) -> dict[str, Any]:
        connected = await commands.connected_points()
        names = sorted(set(registry.points) | set(registry.callers))
        return {"items": [_point(registry, name, name in connected) for name in names], "next": ""}

    @router.get("/v1/feeds")
    @answering(Answer(Page[FeedRow]))
    async def list_feeds(caller: LocalCaller) -> dict[str, Any]:
        return {"items": feeding.status(), "next": ""}

    return router


def _point(registry: Registry, name: str, connected: bool) -> dict[str, Any]:
    point, caller = registry.points.get(name), registry.callers.get(name)
    return {
        "id": name,
        "type": point.type if point else "authzen",
        "doors": [channel.door for channel in point.channels] if point else [],
        "connected": connected,
        "key": caller.public_key if caller else "",
        "simulate": bool(caller and caller.simulate),
    }
