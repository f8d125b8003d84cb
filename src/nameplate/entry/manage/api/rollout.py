"""How a rollout goes, and its next step."""

import asyncio
import base64
import binascii
from collections.abc import Iterable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from nameplate.boot import clocks
from nameplate.boot.managing import Managing
from nameplate.domain.errors import Invalid
from nameplate.domain.manifests.documents import to_document
from nameplate.domain.manifests.problems import Document
from nameplate.domain.rollouts import Place
from nameplate.domain.timestamps import rfc3339
from nameplate.entry.manage.commands import Commands
from nameplate.entry.operations import Answer, Page, answering
from nameplate.flows.apply import diff, plan
from nameplate.flows.rollout import Held, Promotion, Rollout, period
from nameplate.ports.store import Refused

from .caller import LocalCaller
from .manifests import Difference

_HOUR_US = 3_600_000_000
_PERIOD: JsonDict = {"pattern": "^[1-9][0-9]{0,2}h$|^[1-8]?[0-9]d$|^[1-9][0-9]{0,4}m$"}


class PromoteIn(BaseModel):
    """The next step of a point, or of one resource there, where nothing would have been refused for `quiet_for`."""

    model_config = ConfigDict(extra="forbid", strict=True)

    point: str
    resource: str = ""
    quiet_for: Annotated[str, Field(json_schema_extra=_PERIOD)]
    dry_run: bool = False


class RefusedRow(msgspec.Struct):
    """Who would have been refused what, where and why; how often, first and last."""

    point: str
    actor: str
    action: str
    resource: str
    target: str
    mode: str
    reason: str
    count: int
    first: str
    last: str
    decision_id: str


class Report(Page[RefusedRow]):
    """What enforcing would have refused since then."""

    since: str


class PlaceRow(msgspec.Struct):
    """A place that is not enforced, and since when."""

    place: str
    mode: str
    since: str | None


class Step(msgspec.Struct):
    """The next step, and what objects to it: `too_young` and `refused`. `seq`: the record that put it in force."""

    point: str
    resource: str
    quiet_for: str
    ready: bool
    places: list[PlaceRow]
    too_young: list[PlaceRow]
    refused: list[RefusedRow]
    operations: list[Difference]
    seq: int = 0


def routes(parts: Managing, commands: Commands) -> APIRouter:
    """The routes."""
    router, registry = APIRouter(), parts.projection.registry
    rollout = Rollout(registry, parts.rollout, parts.wall)

    @router.get("/v1/rollout")
    @answering(Answer(Report))
    async def report(
        caller: LocalCaller,
        since: Annotated[str, Query(json_schema_extra=_PERIOD)] = "7d",
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
    @answering(Answer(Step, problems=(404, 409)))
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
