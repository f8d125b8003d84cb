"""The ASGI application at `/scim/v2`. Who calls is told by the deciding process, in a header that it alone sets."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

import structlog
from scim2_models import SCIMException, UnauthorizedException
from scim2_server.applications.asgi import ASGIApplication
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.ports.directory import Directory, Provisions
from nameplate.ports.upstream import Hears

from .carrying import Carrier
from .errors import error_of
from .grouping import Grouper
from .handling import NameplateHandler
from .schemas import provider
from .service import NameplateService
from .shelf import Shelf
from .storage import DirectoryStorage

PREFIX = "/scim/v2"
CALLER, BASE = b"x-nameplate-caller", b"x-nameplate-base"
BY_BRIDGE = "bridge:"
DRAINED = 64 * 1024 * 1024
log = structlog.get_logger()

Scope = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the server needs. `bridge`: as declared, by name; `hears`: what takes its notices, None while nothing does.

    `provisions`: what a bridge may declare. `forget`: see `carrying`. `clock`: microseconds since the epoch, UTC.
    """

    directory: Directory
    bridge: Callable[[str], Bridge | None]
    hears: Callable[[str], Hears]
    provisions: Callable[[Bridge], Provisions]
    forget: Callable[[str], None]
    clock: Callable[[], int]


class ScimServer:
    """One application a bridge, none of which sees anything of another."""

    def __init__(self, wiring: Wiring) -> None:
        self._wiring = wiring
        self._secret = secrets.token_bytes(32)
        self._applications: dict[str, tuple[Bridge, BridgeApplication]] = {}
        self._strangers = Stranger()

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """ASGI 3."""
        if scope["type"] != "http":
            return
        await self._application(_header(scope, CALLER))(scope, receive, send)

    def _application(self, caller: str) -> "BridgeApplication":
        name = caller.removeprefix(BY_BRIDGE) if caller.startswith(BY_BRIDGE) else ""
        bridge = self._wiring.bridge(name) if name else None
        if bridge is None or bridge.type is not BridgeType.SCIM:
            return self._strangers
        former = self._applications.get(name)
        if former is None or former[0] != bridge:
            former = self._applications[name] = (bridge, _application(self._wiring, bridge, self._secret))
        return former[1]


def _application(wiring: Wiring, bridge: Bridge, secret: bytes) -> "BridgeApplication":
    told = {name: bridge.option(name).lower() == "true" for name in ("governed", "cursor")}
    served = provider(**told)
    shelf, provisions = Shelf(served, bridge.id, wiring.clock), wiring.provisions(bridge)

    def hears() -> Hears:
        return wiring.hears(bridge.id)

    carrier = Carrier(bridge, wiring.directory, shelf, provisions, hears, wiring.forget)
    grouper = Grouper(bridge, wiring.directory, shelf, carrier, hears)
    storage = DirectoryStorage(bridge, wiring.directory, shelf, provisions, carrier, grouper)
    return BridgeApplication(storage, NameplateService(served, secret=secret))


class BridgeApplication(ASGIApplication):
    """See `scim2_server.applications.asgi`. Nothing is answered without a token, not even what is supported."""

    def __init__(self, storage: Any, service: NameplateService) -> None:
        super().__init__(storage, service.provider, service)
        self.handler = NameplateHandler(service, storage)

    @staticmethod
    def get_base_url(scope: Scope) -> str:
        """As the client called us."""
        return f"{_header(scope, BASE)}{PREFIX}"

    async def read_request(self, scope: Scope, receive: Any) -> ScimRequest:
        """See the application; what is no text does no harm."""
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        request = ScimRequest(
            method,
            self.get_base_url(scope),
            scope["path"].removeprefix(PREFIX).removesuffix(".scim") or "/",
            dict(parse_qsl(scope["query_string"].decode("utf-8", "replace"), keep_blank_values=True)),
            [(name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"]],
        )
        request.body = await _body(receive, self.service.max_body_size(request) or 0)
        return request

    def finalize_response(self, request: ScimRequest, response: ScimResponse) -> ScimResponse:  # noqa: ARG002 - see below
        """See the application, which would send back the path of whoever asks, as it is, in a header."""
        told = response.body.get("meta") if isinstance(response.body, dict) else None
        where = told.get("location") if isinstance(told, dict) else None
        if isinstance(where, str):
            response.headers.setdefault("Location", where)
        response.headers.setdefault("Cache-Control", "no-cache")
        return response

    def handle_exception(self, request: ScimRequest, exception: Exception) -> ScimResponse:
        """See the application. Nothing of a resource reaches the log."""
        try:
            exception = error_of(exception)
        except Exception as error:
            # A fault of ours, which the client learns nothing of, nor the log of what the client sent.
            shown = None if isinstance(error, ValueError) else error
            log.error("a SCIM request failed", method=request.method, fault=type(error).__name__, exc_info=shown)  # noqa: TRY400
        if isinstance(exception, SCIMException) and exception.status >= 500:
            log.warning("a SCIM request cannot be carried out", method=request.method, why=type(exception).__name__)
        return self.service.error_response(exception)


class Stranger(BridgeApplication):
    """Whoever bears no token of a bridge."""

    def __init__(self) -> None:
        super().__init__(_Nothing(), NameplateService(provider(), secret=b"nothing is sealed"))

    async def dispatch_request(self, request: ScimRequest) -> ScimResponse:  # noqa: ARG002 - it is not looked at
        """Never."""
        raise UnauthorizedException(detail="Send the token of a bridge: nameplate bridge token NAME")

    async def read_request(self, scope: Scope, receive: Any) -> ScimRequest:
        """What they send is not kept."""
        await _body(receive, 0)
        return ScimRequest(scope["method"], self.get_base_url(scope), "/")


class _Nothing(DirectoryStorage):
    def __init__(self) -> None:
        pass


async def _body(receive: Any, limit: int) -> bytes:
    """The body, or one byte more than is allowed."""
    pieces, size, more = [], 0, True
    while more and size <= DRAINED:
        message: Mapping[str, Any] = await receive()
        piece = message.get("body", b"")
        if size <= limit:
            pieces.append(piece)
        size += len(piece)
        more = message.get("more_body", False)
    return b"".join(pieces)[: limit + 1] if limit else b""


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")
