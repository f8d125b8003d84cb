"""Badges of people."""

from typing import Any

import msgspec
from fastapi import APIRouter

from nameplate.domain.registry import Registry
from nameplate.entry.operations import Answer, Page, answering

from .caller import LocalCaller


class BadgeRow(msgspec.Struct):
    """A badge. `numbered`: whether a number is bound to it."""

    id: str
    holder: str
    escort: bool
    custody: str
    numbered: bool


def routes(registry: Registry) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get("/v1/badges")
    @answering(Answer(Page[BadgeRow]))
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
