"""Sinks: how far each is, what it refused, and sending again."""

import asyncio
from typing import Annotated, Any

import msgspec
import structlog
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from nameplate.domain.errors import Invalid
from nameplate.domain.timestamps import parse_rfc3339
from nameplate.entry.manage.exporting import Exporting
from nameplate.entry.operations import Answer, Page, answering

from .caller import LocalCaller

log = structlog.get_logger()


class ReplayIn(BaseModel):
    """A span of time, RFC 3339; to now when it has no end."""

    model_config = ConfigDict(extra="forbid", strict=True)

    begin: Annotated[str, Field(alias="from", json_schema_extra={"format": "date-time"})]
    end: Annotated[str, Field(alias="to", json_schema_extra={"anyOf": [{"format": "date-time"}, {"maxLength": 0}]})] = (
        ""
    )


class SinkRow(msgspec.Struct):
    """A sink: `ok`, or why nothing goes out, and how far it is behind."""

    id: str
    format: str
    to: str
    status: str
    lag_records: int
    lag_seconds: float


class Replayed(msgspec.Struct):
    """The span that is being sent again."""

    sink: str
    begin: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")


class Retried(msgspec.Struct):
    """What became of the dead letters."""

    sink: str
    sent: int
    refused: int


def routes(exporting: Exporting) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get("/v1/sinks")
    @answering(Answer(Page[SinkRow]))
    async def list_sinks(caller: LocalCaller) -> dict[str, Any]:
        return {"items": exporting.status(), "next": ""}

    @router.post("/v1/sinks/{sink_id}/replay")
    @answering(Answer(Replayed, problems=(404, 409)))
    async def replay(sink_id: str, wanted: ReplayIn, caller: LocalCaller) -> dict[str, Any]:
        begin, end = _time(wanted.begin), _time(wanted.end) if wanted.end else 2**53
        exporting.replay(sink_id, begin, end)
        log.info("a sink is sent a span again", sink=sink_id, begin=wanted.begin, end=wanted.end, by=caller)
        return {"sink": sink_id, "from": wanted.begin, "to": wanted.end}

    @router.get("/v1/sinks/{sink_id}/dead-letters")
    @answering(Answer(Page[dict[str, Any]], problems=(404,)))
    async def list_dead_letters(sink_id: str, caller: LocalCaller) -> dict[str, Any]:
        return {"items": await asyncio.to_thread(exporting.exporter(sink_id).letters), "next": ""}

    @router.post("/v1/sinks/{sink_id}/dead-letters/retry")
    @answering(Answer(Retried, problems=(404,)))
    async def retry_dead_letters(sink_id: str, caller: LocalCaller) -> dict[str, Any]:
        log.info("dead letters are offered again", sink=sink_id, by=caller)
        return {"sink": sink_id} | await exporting.exporter(sink_id).retry()

    return router


def _time(text: str) -> int:
    at = parse_rfc3339(text)
    if at is None:
        raise Invalid("time", f"{text} is not a time.", "Write it as in 2026-11-22T14:30:00Z.")
    return at
