"""Trying contracts out against what is declared now."""

import asyncio
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from nameplate.boot import clocks
from nameplate.boot.managing import Managing
from nameplate.boot.timezones import transitions
from nameplate.domain.drafts import drafted
from nameplate.entry.operations import Answer, answering
from nameplate.entry.trials.cases import Clockwork, draft, run_cases

from .caller import LocalCaller
from .manifests import File


class CasesIn(BaseModel):
    """Case files, and manifests that are tried with them but not applied."""

    model_config = ConfigDict(extra="forbid", strict=True)

    cases: list[File]
    draft: list[File] = []


def routes(parts: Managing) -> APIRouter:
    """The routes."""
    router, registry = APIRouter(), parts.projection.registry

    clockwork = Clockwork(transitions, parts.wall, parts.is_timezone, clocks.wall)

    @router.post("/v1/contract-tests")
    @answering(Answer(dict[str, Any]))
    async def run(wanted: CasesIn, caller: LocalCaller) -> dict[str, Any]:
        """Nothing is applied and nothing recorded."""
        files = [(file.name, file.text) for file in wanted.draft]
        tried = draft(registry, files, clockwork, parts.action_classes) if files else drafted(registry, ())
        cases = [(file.name, file.text) for file in wanted.cases]
        return await asyncio.to_thread(run_cases, tried, cases, clockwork)

    return router
