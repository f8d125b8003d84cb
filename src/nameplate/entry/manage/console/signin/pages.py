"""Pages for signing in and proving oneself. They hold nothing secret: what counts is asked of the deciding process."""

from collections.abc import Callable
from contextlib import suppress

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from nameplate.domain.bridges import BridgeType
from nameplate.domain.registry import Registry
from nameplate.domain.timestamps import rfc3339
from nameplate.entry.manage.api.caller import SignedIn
from nameplate.entry.manage.console.render import page
from nameplate.entry.manage.console.viewer import Caller, SignInFirst, Viewer, name_of
from nameplate.ports.upstream import Names

HOME = "/console/passkeys"


def routes(registry: Registry, names: Names, viewer: Callable[[str], Viewer]) -> APIRouter:
    """The routes. `viewer`: who looks, by the header of the deciding process."""
    router = APIRouter()

    def known(caller: str) -> Viewer | None:
        """Who looks, with the menu of what they may see; whoever has no role yet keeps to their passkeys."""
        with suppress(SignInFirst):
            return viewer(caller)
        return None

    @router.get("/console/sign-in", include_in_schema=False)
    async def sign_in(next: str = "") -> HTMLResponse:  # noqa: A002 - as the address calls it
        companies = [each for each in registry.bridges.values() if each.type is BridgeType.OIDC]
        return page("signin/sign_in.html", None, "", next=own_path(next), bridges=companies)

    @router.get("/console/sign-in/first", include_in_schema=False)
    async def first() -> HTMLResponse:
        return page("signin/first.html", None, "")

    @router.get("/console/passkeys", include_in_schema=False)
    async def passkeys(caller: Caller, person: SignedIn) -> Response:
        if not person:
            return RedirectResponse("/console/sign-in", 303)
        theirs = [each for each in registry.passkeys.values() if each.person == person]
        name = name_of(names.get([person]), person)
        return page("signin/passkeys.html", known(caller), "passkeys", passkeys=theirs, name=name, at=rfc3339)

    @router.get("/console/device", include_in_schema=False)
    async def device(caller: Caller, code: str = "") -> Response:
        return page("signin/device.html", known(caller), "device", code=code[:16])

    return router


def own_path(text: str) -> str:
    """Where somebody goes once they are signed in: nowhere but to the console."""
    text = "/console/" if text in {"/", "/console"} else text
    odd = any(each in text for each in "\\\r\n\t") or "//" in text or ".." in text
    return text if text.startswith("/console/") and not odd and text.isprintable() else HOME
