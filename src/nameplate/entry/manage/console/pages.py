"""All pages, and the files that they need."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response, StreamingResponse
from starlette.exceptions import HTTPException

from nameplate.domain.errors import NameplateError
from nameplate.entry.manage.api.caller import CALLER_HEADER

from . import actors, approvals, decisions, listings, overview
from .recent import Record
from .render import asset, page
from .shown import Shown
from .viewer import Caller, SignInFirst, Viewer

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
    "order",
    "stop",
)


def routes(shown: Shown) -> APIRouter:
    """The routes."""
    router = APIRouter()
    for part in (overview, actors, decisions, approvals, listings):
        router.include_router(part.routes(shown))

    @router.get("/", include_in_schema=False)
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
                    yield f"id: {record['seq']}\ndata: {json.dumps(_told(record))}\n\n".encode()


def _told(record: Record) -> dict[str, Any]:
    """What a browser needs of a record. A stop names its actor where there is one: it may be for ten thousand."""
    told = {name: record[name] for name in TOLD if name in record}
    stopped = record.get("actors", ())
    return told | ({"actor": stopped[0]["id"]} if len(stopped) == 1 else {})


def add_to(app: FastAPI, shown: Shown) -> None:
    """Serve the console, and tell browsers what went wrong as a page."""
    app.include_router(routes(shown))
    app.add_exception_handler(SignInFirst, _sign_in_first)
    for kind in (NameplateError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, _as_page(shown, app.exception_handlers[kind]))


def _as_page(shown: Shown, others: Any) -> Callable[[Request, Exception], Awaitable[Response]]:
    """The same problem that `others` tell to programs, as a page where a person looks."""

    async def told(request: Request, error: Exception) -> Response:
        answer: Response = await others(request, error)
        if not _is_page(request):
            return answer
        problem = json.loads(bytes(answer.body))
        return page("trouble.html", _viewer(shown, request), "trouble", answer.status_code, problem=problem)

    return told


def _viewer(shown: Shown, request: Request) -> Viewer | None:
    with suppress(SignInFirst):
        return shown.viewer(request.headers.get(CALLER_HEADER, ""))
    return None


async def _sign_in_first(request: Request, error: Exception) -> Response:
    """Whoever is not signed in is led there, and back."""
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return RedirectResponse(f"/console/sign-in?next={quote(asked)}", 303)


def _is_page(request: Request) -> bool:
    return request.url.path.startswith("/console/") and "text/html" in request.headers.get("accept", "")
