"""All pages, and the files that they need."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from nameplate.domain.errors import NameplateError
from nameplate.entry.decide.replies import status_of

from . import actors, decisions, listings, overview
from .render import asset, page
from .shown import Shown
from .viewer import Caller, SignInFirst

STREAM_S = 90.0
LIVE = frozenset({"decision", "state", "finding", "alarm", "receipt", "first_denial", "upstream", "outcome"})
TOLD = (
    "seq",
    "at",
    "kind",
    "decision",
    "reason",
    "actor",
    "resource",
    "to",
    "point",
    "ms",
    "finding",
    "text",
    "happening",
)


def routes(shown: Shown) -> APIRouter:
    """The routes."""
    router = APIRouter()
    for part in (overview, actors, decisions, listings):
        router.include_router(part.routes(shown))

    @router.get("/console", include_in_schema=False)
    async def front() -> RedirectResponse:
        return RedirectResponse("/console/", 308)

    @router.get("/console/static/{version}/{name}", include_in_schema=False)
    async def static(version: str, name: str) -> Response:
        return asset(name) or Response(status_code=404)

    @router.get("/console/live", include_in_schema=False)
    async def live(caller: Caller, request: Request) -> StreamingResponse:
        """What happens, as it happens (server-sent events, HTML section 9.2)."""
        shown.viewer(caller)
        last = request.headers.get("last-event-id", "")
        begin = int(last) if last.isdecimal() and len(last) < 19 else shown.recent.last
        return StreamingResponse(
            _events(shown, begin), media_type="text/event-stream", headers={"cache-control": "no-store"}
        )

    return router


async def _events(shown: Shown, begin: int) -> AsyncIterator[bytes]:
    yield b"retry: 1000\n\n"
    # Whoever passes this on gives up after a while; the browser comes back with the last number that it has.
    with suppress(TimeoutError):
        async with asyncio.timeout(STREAM_S):
            async for record in shown.recent.after(begin):
                if record["kind"] in LIVE:
                    told = {name: record[name] for name in TOLD if name in record}
                    yield f"id: {record['seq']}\ndata: {json.dumps(told)}\n\n".encode()


def add_to(app: FastAPI, shown: Shown) -> None:
    """Serve the console, and tell browsers what went wrong as a page."""
    app.include_router(routes(shown))
    app.add_exception_handler(SignInFirst, _sign_in_first)
    others: Any = app.exception_handlers[NameplateError]

    async def told(request: Request, error: Exception) -> Response:
        if not _is_page(request) or not isinstance(error, NameplateError):
            found: Response = await others(request, error)
            return found
        return page("trouble.html", None, "", status_of(error), error=error)

    app.add_exception_handler(NameplateError, told)


async def _sign_in_first(request: Request, error: Exception) -> Response:
    """Whoever is not signed in is led there, and back."""
    return RedirectResponse(f"/console/sign-in?next={quote(request.url.path)}", 303)


def _is_page(request: Request) -> bool:
    return request.url.path.startswith("/console/") and "text/html" in request.headers.get("accept", "")
