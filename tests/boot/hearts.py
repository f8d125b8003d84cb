"""The deciding process below its sockets, as it is wired for real, in a data directory of a test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from nameplate.boot.deciding import Deciding, assemble
from nameplate.boot.paths import Paths
from nameplate.boot.settings import Settings
from nameplate.domain.asked import Asked
from nameplate.domain.requests import AccessRequest
from nameplate.domain.verdicts import Decision
from tests.flows.heart import declared

MOVES = {"activate": "active", "suspend": "suspended", "quarantine": "quarantined"}


@asynccontextmanager
async def deciding(data: Path, **settings: Any) -> AsyncIterator[Deciding]:
    """From start to end."""
    chosen = Settings.read(data=data, **settings)
    Paths(data).create()
    parts = assemble(chosen)
    try:
        yield parts
    finally:
        await parts.close()


async def declare(parts: Deciding, *documents: dict[str, Any]) -> int:
    return await parts.declarer.declare(declared(*documents)["changes"], "uid:0", parts.registry.seq)


async def ask(parts: Deciding, actor: str = "amr-1", resource: str = "app:x") -> Decision:
    return await parts.authorizer.authorize(AccessRequest(actor, "read", resource, 0), Asked("pep"))


async def stop(parts: Deciding, order: str, actor: str = "amr-1") -> bool:
    return await parts.ledger.enforce(moved(order, actor))


def moved(order: str, actor: str = "amr-1") -> dict[str, Any]:
    actors = [{"id": actor, "from": "active"}]
    return {"kind": "state", "order": order, "to": MOVES[order], "actors": actors, "by": "uid:0", "reason": "r"}
