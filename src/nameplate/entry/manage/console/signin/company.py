"""Signing in by the company's provider: there, and back. The deciding process begins the session."""

import secrets
import time
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.domain.errors import Invalid, NameplateError, NotFound, Refused
from nameplate.domain.links import SignIn
from nameplate.domain.notices import PersonNotice
from nameplate.domain.registry import Registry
from nameplate.entry.decide.callers import OTHER, session_cookie
from nameplate.entry.decide.replies import status_of
from nameplate.entry.manage.api.problems import problem
from nameplate.entry.manage.commands import Commands
from nameplate.entry.manage.console.render import page
from nameplate.ports.company import Begun, Provider, Vouched
from nameplate.ports.upstream import Names, PersonName

from .pages import own_path

LIFE_S = 600
MAX_FORM, FORM = 128 * 1024, "application/x-www-form-urlencoded"
NO_STORE = {"cache-control": "no-store"}
MAX_PENDING = 1_000
COOKIE = OTHER


class Pending(NamedTuple):
    """A sign-in that is under way in one browser. `until`: seconds of the monotonic clock."""

    bridge: Bridge
    begun: Begun
    then: str
    until: float


class Company:
    """Where sign-ins by a provider are kept while they are under way. `origin`: where people reach this server."""

    def __init__(
        self,
        registry: Registry,
        names: Names,
        commands: Commands,
        build: Callable[[Bridge, bytes], Provider],
        origin: str,
    ) -> None:
        self._registry, self._names, self._commands = registry, names, commands
        self._build, self._origin = build, origin
        self._pending: dict[str, Pending] = {}
        self._heard: dict[tuple[str, str], float] = {}
        self._providers: dict[str, tuple[Bridge, bytes, Provider]] = {}

    async def begin(self, ident: str, then: str) -> tuple[str, str]:
        """Where to send somebody, and the secret that their browser keeps meanwhile."""
        bridge, provider = await self._provider(ident)
        begun = await provider.begin(self.back(bridge))
        now = time.monotonic()
        alive = [(key, each) for key, each in self._pending.items() if each.until > now]
        self._pending = dict(alive[-MAX_PENDING + 1 :])
        secret = secrets.token_urlsafe(32)
        self._pending[secret] = Pending(bridge, begun, own_path(then), now + LIFE_S)
        return begun.url, secret

    async def finish(self, ident: str, secret: str, said: dict[str, str]) -> tuple[str, int, str]:
        """The session token, its life in seconds, and where the person wanted to go. Each attempt counts once."""
        pending = self._pending.pop(secret, None)
        if pending is None or pending.until <= time.monotonic() or pending.bridge.id != ident:
            raise Refused("oidc_state", "This browser has begun no sign-in that this could be.", "Begin again.")
        bridge, provider = await self._provider(ident)
        vouched = await provider.finish(pending.begun, said, self.back(bridge))
        asked = SignIn(bridge.id, *_notice(bridge, vouched), vouched.subject, vouched.session)
        begun = await self._commands.sign_in(asked)
        if vouched.name and not bridge.option("people"):
            self._names.put({begun.person: PersonName(vouched.name, vouched.mail)})
        return begun.token, begun.seconds, pending.then

    async def logged_out(self, ident: str, token: str) -> None:
        """Sign out who has signed out there (Back-Channel Logout 1.0). A token counts once, if it came into force."""
        bridge, provider = await self._provider(ident)
        said, now = await provider.logged_out(token), time.time()
        self._heard = {key: until for key, until in self._heard.items() if until > now}
        if (ident, said.id) in self._heard:
            raise Refused("oidc_replayed", "The logout is not accepted: it came before.", "Send another logout token.")
        self._heard[ident, said.id] = said.until
        try:
            await self._commands.sign_out(bridge.id, said.subject, said.session)
        except BaseException:
            del self._heard[ident, said.id]
            raise

    async def ended(self, ident: str) -> str:
        """Where somebody signs out there too, or our own page."""
        _, provider = await self._provider(ident)
        return await provider.ended(f"{self._origin}/console/sign-in") or "/console/sign-in"

    def back(self, bridge: Bridge) -> str:
        """Where the provider sends people back to: what has to be entered there."""
        return f"{self._origin}/console/sign-in/oidc/{bridge.id}/callback"

    async def _provider(self, ident: str) -> tuple[Bridge, Provider]:
        bridge = self._registry.bridges.get(ident)
        if bridge is None or bridge.type is not BridgeType.OIDC:
            raise NotFound("bridge", f"Nobody signs in by {ident}.", "Declare a bridge of type oidc.")
        secret = await self._commands.credential(bridge.credential) if bridge.credential else b""
        known = self._providers.get(ident)
        if known is None or known[:2] != (bridge, secret):
            known = self._providers[ident] = (bridge, secret, self._build(bridge, secret))
        return bridge, known[2]


def routes(company: Company) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get("/console/sign-in/oidc/{ident}", include_in_schema=False)
    async def there(ident: str, next: str = "") -> Response:  # noqa: A002 - as the address calls it
        try:
            url, secret = await company.begin(ident, next)
        except NameplateError as error:
            return _refused(error)
        answer = RedirectResponse(url, 303, {"cache-control": "no-store", "referrer-policy": "no-referrer"})
        # Lax, for it has to come back with somebody whom the provider sends.
        answer.headers["set-cookie"] = _cookie(secret, LIFE_S)
        return answer

    @router.get("/console/sign-in/oidc/{ident}/callback", include_in_schema=False)
    async def back(ident: str, request: Request) -> Response:
        try:
            secret = request.cookies.get(COOKIE, "")
            token, seconds, then = await company.finish(ident, secret, dict(request.query_params))
        except NameplateError as error:
            return _refused(error)
        # A page of ours goes on: a cookie that is strict does not travel along a way that began elsewhere.
        answer = page("signin/welcome.html", None, "", next=then)
        answer.headers.append("set-cookie", session_cookie(token, seconds)[1].decode())
        answer.headers.append("set-cookie", _cookie("", 0))
        return answer

    @router.post("/console/sign-in/oidc/{ident}/logout", include_in_schema=False)
    async def logout(ident: str, request: Request) -> Response:
        try:
            await company.logged_out(ident, await _logout_token(request))
        except NameplateError as error:
            # Whatever went wrong: section 2.8.
            return problem(400, error.code, error.message, error.remedy, headers=NO_STORE)
        return Response(status_code=200, headers=NO_STORE)

    @router.get("/console/sign-in/oidc/{ident}/end", include_in_schema=False)
    async def end(ident: str) -> Response:
        try:
            return RedirectResponse(await company.ended(ident), 303)
        except NameplateError as error:
            return _refused(error)

    return router


def _notice(bridge: Bridge, vouched: Vouched) -> tuple[PersonNotice, bool]:
    """What the provider says of a person, and whether another bridge is the one who brings them."""
    people = bridge.option("people")
    if people:
        return PersonNotice(people, vouched.key), True
    addresses = (vouched.mail,) if vouched.mail else None
    return PersonNotice(bridge.id, vouched.key, addresses=addresses, groups=vouched.groups), False


async def _logout_token(request: Request) -> str:
    """The one in a form; raises Invalid."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MAX_FORM:
            raise Invalid("too_large", f"A form may have {MAX_FORM} bytes.", "Send a logout token alone.")
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        form = parse_qs(body.decode("ascii"), max_num_fields=16) if kind == FORM else {}
    except ValueError:
        form = {}
    found = form.get("logout_token", [])
    if len(found) != 1:
        raise Invalid("malformed", "The body is no form with one logout_token.", "See Back-Channel Logout 1.0, 2.5.")
    return found[0]


def _cookie(secret: str, seconds: int) -> str:
    return f"{COOKIE}={secret}; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={seconds}"


def _refused(error: NameplateError) -> Response:
    return page("signin/refused.html", None, "", status_of(error), message=error.message, remedy=error.remedy)
