"""`apply`, `diff`, `export`."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict

from nameplate.boot.manifests import write_manifest
from nameplate.domain.errors import Invalid
from nameplate.domain.registry import Registry
from nameplate.entry.manage.applying import Applying
from nameplate.entry.manage.commands import Commands
from nameplate.entry.operations import Answer, answering
from nameplate.flows.apply import Plan, export

from .caller import LocalCaller

FLUSH = 500
_MEDIA = {"yaml": "application/yaml", "ndjson": "application/x-ndjson"}


class File(BaseModel):
    """One manifest file; `name` only for error messages."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str
    text: str


class ApplyIn(BaseModel):
    """Manifests, all of which are applied or none."""

    model_config = ConfigDict(extra="forbid", strict=True)

    files: list[File]
    prune: bool = False


class Difference(msgspec.Struct):
    """One object. `op`: create, update, delete or unchanged; `fields`: each that differs, as `field`, `from`, `to`."""

    op: str
    kind: str
    id: str
    fields: list[dict[str, Any]]


class Warned(msgspec.Struct):
    """What may not do what was meant, and where it stands."""

    file: str
    line: int
    field: str
    message: str
    remedy: str


class Planned(msgspec.Struct):
    """What changes. `seq`: the record that put it in force."""

    operations: list[Difference]
    warnings: list[Warned]
    seq: int = 0


def routes(registry: Registry, commands: Commands, applying: Applying) -> APIRouter:
    """The routes."""
    router = APIRouter()

    def planned(wanted: ApplyIn) -> Plan:
        return applying.planned(((file.name, file.text) for file in wanted.files), prune=wanted.prune)

    @router.post("/v1/diff")
    @answering(Answer(Planned))
    async def show_difference(wanted: ApplyIn, caller: LocalCaller) -> dict[str, Any]:
        return applying.told(planned(wanted))

    @router.post("/v1/apply")
    @answering(Answer(Planned, problems=(409,)))
    async def apply(wanted: ApplyIn, caller: LocalCaller) -> dict[str, Any]:
        async with commands.planning:
            planned_at, made = registry.seq, planned(wanted)
            answer = applying.told(made)
            if made.changes:
                answer["seq"] = await commands.declare(list(made.changes), caller, planned_at)
        return answer

    _add_export(router, registry)
    return router


def _add_export(router: APIRouter, registry: Registry) -> None:
    @router.get("/v1/export")
    @answering(Answer(None, media=tuple(_MEDIA.values())))
    async def export_all(
        caller: LocalCaller,
        kind: Annotated[str, Query(alias="format", json_schema_extra={"enum": list(_MEDIA)})] = "yaml",
    ) -> StreamingResponse:
        if kind not in _MEDIA:
            raise Invalid("format", f"{kind} is not a format.", f"Ask for {' or '.join(_MEDIA)}.")
        return StreamingResponse(_lines(registry, kind), media_type=_MEDIA[kind])


async def _lines(registry: Registry, kind: str) -> AsyncIterator[bytes]:
    lines: list[bytes] = []
    for document in export(registry):
        lines.append(msgspec.json.encode(document) + b"\n" if kind == "ndjson" else write_manifest(document).encode())
        if len(lines) >= FLUSH:
            yield b"".join(lines)
            lines.clear()
            await asyncio.sleep(0)
    yield b"".join(lines)
