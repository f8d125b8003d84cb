"""Badges of people."""

from typing import Any

from fastapi import APIRouter

from nameplate.domain.registry import Registry

from .caller import LocalCaller


def routes(registry: Registry) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get("/v1/badges")
    async def list_badges(caller: LocalCaller) -> dict[str, Any]:
        numbered = set(registry.badge_numbers.values())
        items = [
            {
                "id": badge.id,
                "holder": badge.holder,
                "escort": badge.escort,
                "custody": badge.custody,
                "numbered": badge.id in numbered,
            }
            for _, badge in sorted(registry.badges.items())
        ]
        return {"items": items, "next": ""}

    return router
