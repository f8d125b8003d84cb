"""Shared signals over HTTP: tokens pushed to us (RFC 8935), and our own transmitter (SSF 1.0, RFC 8936).

Called by others with the token of a declared bridge of type ssf; our own command line has nothing to do here.
"""

import json
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from nameplate.boot.signals import MAX_BYTES, Refusal, Signals, TooSoon, metadata
from nameplate.domain.errors import Invalid, NotFound

from .caller import CALLER_HEADER

TOKEN_TYPE = "application/secevent+jwt"  # noqa: S105 - a media type
MAX_DOCUMENT = 256 * 1024
PREFIX = "bridge:"
Caller = Annotated[str, Header(alias=CALLER_HEADER, include_in_schema=False)]
NO_STORE = {"cache-control": "no-store"}


def add_to(app: FastAPI, signals: Signals) -> None:
    """All of it: none of these routes is for our own command line, whose document does not hold them."""
    hearer = Depends(_hearer(signals))
    for router in (_receiving(signals), _telling(signals), _managing(signals, hearer), _running(signals, hearer)):
        app.include_router(router)


def _receiving(signals: Signals) -> APIRouter:
    router = APIRouter()

    @router.post("/ssf/push/{bridge}", include_in_schema=False)
    async def push(bridge: str, request: Request, caller: Caller = "anonymous") -> Response:
        """202 once the event is in force and on record."""
        try:
            receiver = _receiver(signals, bridge, caller)
            await receiver.take(await _token(request))
        except Refusal as refusal:
            error = {"err": refusal.code, "description": refusal.description}
            return JSONResponse(error, 400, {"content-language": "en", **NO_STORE})
        return Response(status_code=202)

    return router


def _receiver(signals: Signals, bridge: str, caller: str) -> Any:
    if caller != f"{PREFIX}{bridge}":
        raise Refusal("authentication_failed", "This is not the token of that bridge.")
    try:
        return signals.receiver(bridge)
    except NotFound:
        raise Refusal("access_denied", "Nobody here hears that stream.") from None


async def _token(request: Request) -> bytes:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != TOKEN_TYPE:
        raise Refusal("invalid_request", f"The body is not {TOKEN_TYPE}.")
    return (await _body(request, MAX_BYTES)).strip()


def _telling(signals: Signals) -> APIRouter:
    router = APIRouter()

    @router.get("/.well-known/ssf-configuration", include_in_schema=False)
    async def configuration() -> dict[str, Any]:
        return metadata(signals.issuer)

    @router.get("/ssf/jwks", include_in_schema=False)
    async def jwks() -> dict[str, Any]:
        return (await signals.offering()).signer.jwks

    return router


def _hearer(signals: Signals) -> Callable[..., str]:
    """The bridge that calls: it manages the streams of its own, and reads no others."""

    def hearer(caller: Caller = "anonymous") -> str:
        bridge = caller.removeprefix(PREFIX) if caller.startswith(PREFIX) else ""
        if not signals.hears(bridge):
            # Whoever calls without a token is told how; one that may not hear us is told no more.
            raise HTTPException(401, "This is not the token of a bridge of type ssf.", {"www-authenticate": "Bearer"})
        return bridge

    return hearer


def _managing(signals: Signals, bridge_of: Any) -> APIRouter:
    """Configurations."""
    router = APIRouter()

    @router.get("/ssf/streams", include_in_schema=False)
    async def show(bridge: str = bridge_of, stream_id: str = "") -> Any:
        found = (await signals.offering()).show(bridge, stream_id)
        return found[0] if stream_id else found

    @router.post("/ssf/streams", include_in_schema=False, status_code=201)
    async def create(request: Request, bridge: str = bridge_of) -> Any:
        return await (await signals.offering()).create(bridge, await _document(request))

    @router.patch("/ssf/streams", include_in_schema=False)
    async def change(request: Request, bridge: str = bridge_of) -> Any:
        return await (await signals.offering()).change(bridge, await _document(request), whole=False)

    @router.put("/ssf/streams", include_in_schema=False)
    async def replace(request: Request, bridge: str = bridge_of) -> Any:
        return await (await signals.offering()).change(bridge, await _document(request), whole=True)

    @router.delete("/ssf/streams", include_in_schema=False)
    async def delete(stream_id: str, bridge: str = bridge_of) -> Response:
        await (await signals.offering()).delete(bridge, stream_id)
        return Response(status_code=204)

    return router


def _running(signals: Signals, bridge_of: Any) -> APIRouter:
    """What becomes of a stream, and its tokens where they are polled."""
    router = APIRouter()

    @router.get("/ssf/status", include_in_schema=False)
    async def status(stream_id: str, bridge: str = bridge_of) -> Any:
        return (await signals.offering()).status(bridge, stream_id)

    @router.post("/ssf/status", include_in_schema=False)
    async def set_status(request: Request, bridge: str = bridge_of) -> Any:
        return await (await signals.offering()).set_status(bridge, await _document(request))

    @router.post("/ssf/subjects/add", include_in_schema=False)
    async def add_subject(request: Request, bridge: str = bridge_of) -> Response:
        await (await signals.offering()).subject(bridge, await _document(request), add=True)
        return Response(status_code=200)

    @router.post("/ssf/subjects/remove", include_in_schema=False)
    async def remove_subject(request: Request, bridge: str = bridge_of) -> Response:
        await (await signals.offering()).subject(bridge, await _document(request), add=False)
        return Response(status_code=204)

    @router.post("/ssf/verify", include_in_schema=False)
    async def verify(request: Request, bridge: str = bridge_of) -> Response:
        try:
            await (await signals.offering()).verify(bridge, await _document(request))
        except TooSoon:
            return Response(status_code=429, headers={"retry-after": "10"})
        return Response(status_code=204)

    @router.post("/ssf/poll/{stream}", include_in_schema=False)
    async def poll(stream: str, request: Request, bridge: str = bridge_of) -> Any:
        return JSONResponse(
            await (await signals.offering()).poll(bridge, stream, await _document(request)), 200, NO_STORE
        )

    return router


async def _body(request: Request, most: int) -> bytes:
    """No more of it than is read anyhow."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise Refusal("invalid_request", f"A body may have {most} bytes.")
    return bytes(body)


async def _document(request: Request) -> dict[str, Any]:
    """A JSON object; raises Invalid."""
    try:
        document = json.loads(await _body(request, MAX_DOCUMENT))
    except (Refusal, ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise Invalid("malformed", "The body is no JSON object.", "See SSF 1.0.")
    return document
