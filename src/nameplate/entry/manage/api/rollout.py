"""How a rollout goes, and its next step."""

import asyncio
import base64
import binascii
from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from nameplate.boot import clocks
from nameplate.boot.managing import Managing
from nameplate.domain.errors import Invalid
from nameplate.domain.manifests.documents import to_document
from nameplate.domain.manifests.problems import Document
from nameplate.domain.rollouts import Place
from nameplate.domain.timestamps import rfc3339
from nameplate.entry.manage.commands import Commands
from nameplate.flows.apply import diff, plan
from nameplate.flows.rollout import Held, Promotion, Rollout, period
from nameplate.ports.store import Refused

from .caller import LocalCaller

_HOUR_US = 3_600_000_000


class PromoteIn(BaseModel):
    """The next step of a point, or of one resource there, where nothing would have been refused for `quiet_for`."""

    model_config = ConfigDict(extra="forbid")

    point: str
    resource: str = ""
    quiet_for: str
    dry_run: bool = False


def routes(parts: Managing, commands: Commands) -> APIRouter:
    """The routes."""
    router, registry = APIRouter(), parts.projection.registry
    rollout = Rollout(registry, parts.rollout, parts.wall)

    @router.get("/v1/rollout")
    async def report(
        caller: LocalCaller,
        since: str = "7d",
        point: str = "",
        after: str = "",
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> dict[str, Any]:
        """What enforcing would have refused since the start of an hour. Keyset pagination: `next` is `after`."""
        await parts.projection.saved()
        begin = clocks.wall() - period(since) * 1_000_000
        begin -= begin % _HOUR_US
        page = await asyncio.to_thread(rollout.report, begin, point, _read_cursor(after), limit + 1)
        items = page[:limit]
        following = _cursor(items[-1].place) if len(page) > limit else ""
        return {"since": rfc3339(begin), "items": [_row(each) for each in items], "next": following}

    @router.post("/v1/rollout/promotions")
    async def promote(wanted: PromoteIn, caller: LocalCaller) -> dict[str, Any]:
        """Change the declared point as `apply` would. `ready` is false, and nothing done, where something objects."""
        async with commands.planning:
            await parts.projection.saved()
            planned_at, now = registry.seq, clocks.wall()
            step = await asyncio.to_thread(
                rollout.promotion, wanted.point, wanted.resource, period(wanted.quiet_for), now
            )
            made = plan(
                registry,
                [Document.of(to_document(step.point))],
                is_timezone=parts.is_timezone,
                action_classes=parts.action_classes,
            )
            answer = _step(wanted, step) | {"operations": diff(registry, made)}
            if step.ready and made.changes and not wanted.dry_run:
                answer["seq"] = await commands.declare(list(made.changes), caller, planned_at)
        return answer

    return router


def _step(wanted: PromoteIn, step: Promotion) -> dict[str, Any]:
    return {
        "point": wanted.point,
        "resource": wanted.resource,
        "quiet_for": wanted.quiet_for,
        "ready": step.ready,
        "places": _places(step.held),
        "too_young": _places(step.young),
        "refused": [_row(each) for each in step.refused],
    }


def _places(held: Iterable[Held]) -> list[dict[str, Any]]:
    return [
        {"place": each.place, "mode": each.mode, "since": None if each.since is None else rfc3339(each.since)}
        for each in held
    ]


def _row(each: Refused) -> dict[str, Any]:
    tally = each.tally
    times = {"first": rfc3339(tally.first), "last": rfc3339(tally.last)}
    return {**each.place._asdict(), "count": tally.times, **times, "decision_id": tally.decision_id}


def _cursor(place: Place) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode()


def _read_cursor(text: str) -> Place | None:
    if not text:
        return None
    try:
        return Place(
            *msgspec.json.decode(base64.urlsafe_b64decode(text), type=tuple[str, str, str, str, str, str, str])
        )
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise Invalid("after", "That is no place in the report.", "Use the `next` of a page as it is.") from None
