"""Pages for signing in and proving oneself. They hold nothing secret: what counts is asked of the deciding process."""

from collections.abc import Callable, Iterable

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from nameplate.domain.bridges import BridgeType
from nameplate.domain.errors import NotFound
from nameplate.domain.registry import Registry
from nameplate.domain.timestamps import rfc3339
from nameplate.entry.manage.api.caller import LocalCaller, SignedIn
from nameplate.entry.manage.console.render import page
from nameplate.entry.manage.console.viewer import Viewer, name_of
from nameplate.ports.upstream import Names

PERSON = "person:"
HOME = "/console/passkeys"


def routes(registry: Registry, names: Names, viewer: Callable[[str], Viewer]) -> APIRouter:
    """The routes. `viewer`: who looks, by the header of the deciding process."""
    router = APIRouter()

    @router.get("/console/sign-in", include_in_schema=False)
    async def sign_in(next: str = "") -> HTMLResponse:  # noqa: A002 - as the address calls it
        companies = [each for each in registry.bridges.values() if each.type is BridgeType.OIDC]
        return page("signin/sign_in.html", None, "", next=own_path(next), bridges=companies)

    @router.get("/console/sign-in/first", include_in_schema=False)
    async def first() -> HTMLResponse:
        return page("signin/first.html", None, "")

    @router.get("/console/passkeys", include_in_schema=False)
    async def passkeys(person: SignedIn) -> Response:
        if not person:
            return RedirectResponse("/console/sign-in", 303)
        theirs = [each for each in registry.passkeys.values() if each.person == person]
        name = name_of(names.get([person]), person)
        return page("signin/passkeys.html", None, "", passkeys=theirs, name=name, moment=rfc3339)

    @router.get("/console/device", include_in_schema=False)
    async def device(person: SignedIn, code: str = "") -> Response:
        return page("signin/device.html", None, "", code=code[:16])

    @router.get("/console/approvals/{ident}", include_in_schema=False)
    async def approval(ident: str, caller: LocalCaller) -> HTMLResponse:
        proposal = registry.proposals.get(ident)
        if proposal is None:
            raise NotFound("proposal", f"There is no proposal {ident}.", "See `nameplate proposal list`.")
        known = _called(names, [proposal.by, *proposal.approved_by])
        by, approved = known[0], known[1:]
        return page(
            "signin/approval.html", viewer(caller), "approvals", proposal=proposal, proposed_by=by, approved_by=approved
        )

    return router


def own_path(text: str) -> str:
    """Where somebody goes once they are signed in: nowhere but to the console."""
    odd = any(each in text for each in "\\\r\n\t") or "//" in text or ".." in text
    return text if text.startswith("/console/") and not odd and text.isprintable() else HOME


def _called(names: Names, idents: Iterable[str]) -> list[str]:
    plain = [each.removeprefix(PERSON) for each in idents]
    known = names.get(plain)
    return [name_of(known, each) for each in plain]
