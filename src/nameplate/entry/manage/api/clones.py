"""Another actor like one that is there."""

from typing import Any

import msgspec
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from nameplate.boot.managing import Managing
from nameplate.boot.manifests import read_manifests, write_manifest
from nameplate.domain.actors import cloned
from nameplate.domain.errors import Conflict, Invalid, NotFound
from nameplate.domain.manifests.documents import to_document
from nameplate.entry.manage.commands import Commands
from nameplate.entry.operations import Answer, answering
from nameplate.flows.apply import plan

from .caller import LocalCaller


class CloneIn(BaseModel):
    """The new one: its id, and the serial number of its own unit where the original has one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: str
    serial: str = ""


class Cloned(msgspec.Struct):
    """It is staged, without contract and credential."""

    actor: str
    of: str
    state: str


def routes(parts: Managing, commands: Commands) -> APIRouter:
    """The routes."""
    router, registry = APIRouter(), parts.projection.registry

    @router.post("/v1/actors/{actor_id}/clone")
    @answering(Answer(Cloned, problems=(404, 409)))
    async def clone(actor_id: str, wanted: CloneIn, caller: LocalCaller) -> dict[str, Any]:
        """A new actor like this one. It inherits no access and no credential."""
        async with commands.planning:
            original = registry.actors.get(actor_id)
            if original is None:
                raise NotFound("actor", f"There is no actor {actor_id}.", "See `nameplate actor list`.")
            if wanted.id in registry.actors:
                raise Conflict("actor", f"There is an actor {wanted.id} already.", "Choose another id.")
            if original.unit is not None and not wanted.serial:
                raise Invalid("serial", f"{actor_id} is a physical unit.", "Give the serial number of the new one.")
            document = to_document(cloned(original, wanted.id, wanted.serial))
            made = plan(
                registry,
                read_manifests(write_manifest(document), "clone"),
                is_timezone=parts.is_timezone,
                action_classes=parts.action_classes,
            )
            await commands.declare(list(made.changes), caller, registry.seq)
        return {"actor": wanted.id, "of": actor_id, "state": str(registry.standings[wanted.id].state)}

    return router
