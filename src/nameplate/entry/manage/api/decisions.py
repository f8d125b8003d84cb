"""Decisions that were made."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

from fastapi import APIRouter

from nameplate.domain.registry import Registry
from nameplate.flows.explain import Explainer
from nameplate.ports.journal import JournalReader

from .caller import LocalCaller


def routes(registry: Registry, node: str, reader: JournalReader, wall: Callable[[str, int], datetime]) -> APIRouter:
    """The routes."""
    router, explainer = APIRouter(), Explainer(registry, node, reader, wall)

    @router.get("/v1/decisions/{decision_id}")
    async def show_decision(decision_id: str, caller: LocalCaller) -> dict[str, Any]:
        return dict(await asyncio.to_thread(explainer.record, decision_id))

    @router.get("/v1/decisions/{decision_id}/explanation")
    async def explain_decision(decision_id: str, caller: LocalCaller) -> dict[str, Any]:
        record = await asyncio.to_thread(explainer.record, decision_id)
        explanation = await asyncio.to_thread(explainer.explain, record)
        keep = (
            "decision_id",
            "at",
            "decision",
            "reason",
            "reasons",
            "actor",
            "action",
            "resource",
            "contract_revision",
        )
        return {name: record.get(name) for name in keep} | explanation._asdict()

    return router
