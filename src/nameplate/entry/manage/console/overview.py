"""What matters now, on one page."""

import time
from collections import Counter
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from nameplate.domain.actors import State
from nameplate.domain.timestamps import rfc3339

from .approvals import waiting
from .render import page
from .shown import Shown
from .viewer import Caller

HOUR_US = 3_600 * 1_000_000
LATEST = 8


def routes(shown: Shown) -> APIRouter:
    """The route."""
    router = APIRouter()

    @router.get("/console/", include_in_schema=False)
    async def overview(caller: Caller) -> HTMLResponse:
        states = Counter(str(each.state) for each in shown.registry.standings.values())
        denied = shown.recent.newest(lambda each: each["kind"] == "decision" and each["decision"] == "deny", LATEST)
        alarms = [each for each in shown.registry.alarms.by_id.values() if not each.closed]
        return page(
            "overview.html",
            shown.viewer(caller),
            "",
            states=[(str(state), states[str(state)]) for state in State if states[str(state)]],
            actors=sum(states.values()),
            hour=_hour(shown),
            denied=denied,
            alarms=sorted(alarms, key=lambda each: -each.raised_at)[:LATEST],
            open_alarms=len(alarms),
            waiting=waiting(shown),
            points=await _points(shown),
            bridges=shown.bridging.status(),
            sinks=shown.exporting.status(),
            records=shown.recent.last,
        )

    return router


def _hour(shown: Shown) -> dict[str, int]:
    """Decisions of the last hour, as far as they are kept."""
    since = rfc3339(time.time_ns() // 1000 - HOUR_US)
    counts = Counter(each["decision"] for each in shown.recent.since(since) if each["kind"] == "decision")
    return {"permit": counts["permit"], "deny": counts["deny"]}


async def _points(shown: Shown) -> list[dict[str, Any]]:
    """Points with doors, and whether each is connected."""
    connected = await shown.commands.connected_points()
    points = sorted(shown.registry.points.values(), key=lambda each: each.id)
    return [
        {"id": each.id, "doors": len(each.channels), "connected": each.id in connected}
        for each in points
        if each.channels
    ]
