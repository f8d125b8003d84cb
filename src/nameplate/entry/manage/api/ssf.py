"""Shared signals over HTTP: tokens pushed to us (RFC 8935), and our own transmitter (SSF 1.0, RFC 8936).

Called by others with the token of a declared bridge of type ssf; our own command line has nothing to do here.
"""

from collections.abc import Callable
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response
from fastapi.responses import JSONResponse

from nameplate.boot.signals import MAX_BYTES, Refusal, Signals, TooSoon, metadata
from nameplate.domain.errors import Invalid, NotFound
from nameplate.entry.operations import JSON, Answer, Asks, Who, answering

from . import ssf_messages as said
from .caller import CALLER_HEADER

TOKEN_TYPE = "application/secevent+jwt"  # noqa: S105 - a media type
MAX_DOCUMENT = 256 * 1024
PREFIX = "bridge:"
Caller = Annotated[str, Header(alias=CALLER_HEADER, include_in_schema=False)]
NO_STORE = {"cache-control": "no-store"}
EVERYBODY = Asks(Who.EVERYBODY)


def routers(signals: Signals) -> list[APIRouter]:
    """All of it: none of these routes is for our own command line."""
    hearer = Depends(_hearer(signals))
    heard = (_managing(signals, hearer), _running(signals, hearer), _polling(signals, hearer))
    return [_receiving(signals), _telling(signals), *heard]


def _bridge(kind: Any = None, media: str = JSON) -> Asks:
    return Asks(Who.BRIDGE, kind, media)


def _receiving(signals: Signals) -> APIRouter:
    router = APIRouter()

    @router.post("/ssf/push/{bridge}")
    @answering(Answer(None, 202, refusals={400: said.PushRefused}, problems=(503,)), _bridge(said.Token, TOKEN_TYPE))
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

    @router.get("/.well-known/ssf-configuration")
    @answering(Answer(said.Configuration), EVERYBODY)
    async def configuration() -> dict[str, Any]:
        """What we say of ourselves, for whoever wants to hear us."""
        return metadata(signals.issuer)

    @router.get("/ssf/jwks")
    @answering(Answer(said.KeySet), EVERYBODY)
    async def jwks() -> dict[str, Any]:
        """The keys of our tokens."""
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

    @router.get("/ssf/streams")
    @answering(Answer((said.StreamOut, list[said.StreamOut]), problems=(404,)), _bridge())
    async def show(bridge: str = bridge_of, stream_id: str = "") -> Any:
        """The streams of the bridge, or the one of that `stream_id`."""
        found = (await signals.offering()).show(bridge, stream_id)
        return found[0] if stream_id else found

    @router.post("/ssf/streams", status_code=201)
    @answering(Answer(said.StreamOut, 201, problems=(409,)), _bridge(said.StreamIn))
    async def create(request: Request, bridge: str = bridge_of) -> Any:
        """A new stream, which is told what is recorded from now on."""
        return await (await signals.offering()).create(bridge, await _document(request))

    @router.patch("/ssf/streams")
    @answering(Answer(said.StreamOut, problems=(404,)), _bridge(said.ChangeIn))
    async def change(request: Request, bridge: str = bridge_of) -> Any:
        """Another configuration; what is not named stays."""
        return await (await signals.offering()).change(bridge, await _document(request), whole=False)

    @router.put("/ssf/streams")
    @answering(Answer(said.StreamOut, problems=(404,)), _bridge(said.ChangeIn))
    async def replace(request: Request, bridge: str = bridge_of) -> Any:
        """Another configuration; what is not named goes back to what is usual."""
        return await (await signals.offering()).change(bridge, await _document(request), whole=True)

    @router.delete("/ssf/streams")
    @answering(Answer(None, 204, problems=(404,)), _bridge())
    async def delete(stream_id: str, bridge: str = bridge_of) -> Response:
        """No stream any more, and nothing that waits for it."""
        await (await signals.offering()).delete(bridge, stream_id)
        return Response(status_code=204)

    return router


def _running(signals: Signals, bridge_of: Any) -> APIRouter:
    """What becomes of a stream."""
    router = APIRouter()

    @router.get("/ssf/status")
    @answering(Answer(said.StatusOut, problems=(404,)), _bridge())
    async def status(stream_id: str, bridge: str = bridge_of) -> Any:
        """Whether a stream runs."""
        return (await signals.offering()).status(bridge, stream_id)

    @router.post("/ssf/status")
    @answering(Answer(said.StatusOut, problems=(404,)), _bridge(said.StatusIn))
    async def set_status(request: Request, bridge: str = bridge_of) -> Any:
        """Have a stream run, hold it back, or end it for a while."""
        return await (await signals.offering()).set_status(bridge, await _document(request))

    @router.post("/ssf/subjects/add")
    @answering(Answer(None, problems=(404,)), _bridge(said.SubjectIn))
    async def add_subject(request: Request, bridge: str = bridge_of) -> Response:
        """Tell of an actor."""
        await (await signals.offering()).subject(bridge, await _document(request), add=True)
        return Response(status_code=200)

    @router.post("/ssf/subjects/remove")
    @answering(Answer(None, 204, problems=(404,)), _bridge(said.SubjectIn))
    async def remove_subject(request: Request, bridge: str = bridge_of) -> Response:
        """Tell no more of an actor."""
        await (await signals.offering()).subject(bridge, await _document(request), add=False)
        return Response(status_code=204)

    @router.post("/ssf/verify")
    @answering(Answer(None, 204, problems=(404,), refusals={429: None}), _bridge(said.VerifyIn))
    async def verify(request: Request, bridge: str = bridge_of) -> Response:
        """Have a verification event sent, at most every ten seconds."""
        try:
            await (await signals.offering()).verify(bridge, await _document(request))
        except TooSoon:
            return Response(status_code=429, headers={"retry-after": "10"})
        return Response(status_code=204)

    return router


def _polling(signals: Signals, bridge_of: Any) -> APIRouter:
    """Its tokens, where they are polled."""
    router = APIRouter()

    @router.post("/ssf/poll/{stream}")
    @answering(Answer(said.PollOut, problems=(404,)), _bridge(said.PollIn))
    async def poll(stream: str, request: Request, bridge: str = bridge_of) -> Any:
        """Take note of what was taken, then answer what waits."""
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
        document = msgspec.json.decode(await _body(request, MAX_DOCUMENT))
    except (Refusal, ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise Invalid("malformed", "The body is no JSON object.", "See SSF 1.0.")
    return document
