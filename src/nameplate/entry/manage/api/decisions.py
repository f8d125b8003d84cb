"""Decisions that were made."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from fastapi import APIRouter

from nameplate.domain.registry import Registry
from nameplate.entry.operations import Answer, answering
from nameplate.flows.explain import Explainer
from nameplate.flows.replay import Replay, Replayer, Review
from nameplate.ports.journal import JournalReader

from .caller import LocalCaller


class DecisionRecord(msgspec.Struct):
    """A decision as it stands in the journal; `docs/reference/journal.md` tells what else it may hold."""

    decision_id: str
    at: str
    decision: str
    reason: str
    reasons: list[str]
    actor: str
    action: str
    resource: str
    contract_revision: str


class Explained(DecisionRecord):
    """Why: a `sentence`, and the grant and the check that decided. `remedy`: what would have allowed it.

    `trace_id`: the trace that the question was part of, where its caller said so.
    """

    sentence: str
    contract: str
    grant: int
    wanted: str
    found: str
    remedy: str
    replay: dict[str, Any] = {}
    trace_id: str = ""


def routes(
    registry: Registry, reader: JournalReader, wall: Callable[[str, int], datetime], review: Review
) -> APIRouter:
    """The routes."""
    router, explainer = APIRouter(), Explainer(registry, reader, wall)
    replayer = Replayer(registry, reader, wall, review)

    @router.get("/v1/decisions/{decision_id}")
    @answering(Answer(DecisionRecord, problems=(404,)))
    async def show_decision(decision_id: str, caller: LocalCaller) -> dict[str, Any]:
        return dict(await asyncio.to_thread(explainer.record, decision_id))

    @router.get("/v1/decisions/{decision_id}/explanation")
    @answering(Answer(Explained, problems=(404,)))
    async def explain_decision(decision_id: str, caller: LocalCaller, *, replay: bool = False) -> dict[str, Any]:
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
        told = {name: record.get(name) for name in keep} | explanation._asdict()
        told["trace_id"] = record.get("trace_id", "")
        if replay:
            then = await asyncio.to_thread(replayer.as_of, record)
            told["replay"] = _replayed(replayer.replay(record, then))
        return told

    return router


def _replayed(found: Replay) -> dict[str, Any]:
    """What it gets now, next to what it got."""
    now: dict[str, Any] | None = None
    if found.now is not None:
        decision = "permit" if found.now.permit else "deny"
        now = {"decision": decision, "reason": found.now.reason, "reasons": found.now.reasons}
        now["contract_revision"] = found.now.contract
    changes = [each._asdict() for each in found.changes]
    return {"same": found.same, "now": now, "changes": changes, "caveats": found.caveats, "sentence": found.sentence}
