"""Approvals: what waits for people, what has come of it, and the page on which one of them is approved."""

import time
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from nameplate.domain.acts import OPERATE, act_named, may_approve
from nameplate.domain.errors import NotFound
from nameplate.domain.proposals import Outcome, Proposal
from nameplate.domain.timestamps import rfc3339

from .changes import changes
from .keyset import newest_first, page_of
from .render import page
from .shown import Shown
from .viewer import PERSON, Caller, Viewer, callers_named

PAGE = 50


def routes(shown: Shown) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get("/console/approvals", include_in_schema=False)
    async def find(caller: Caller, after: str = "") -> HTMLResponse:
        viewer, now = shown.viewer(caller), _now()
        keyed = [(_key(each, now), each) for each in shown.registry.proposals.values()]
        found, following = page_of(keyed, after, PAGE)
        rows = [_row(shown, viewer, each, now) for each in found]
        return page(
            "approvals.html",
            viewer,
            "approvals",
            open=[row for row in rows if row["state"] == "open"],
            ended=[row for row in rows if row["state"] != "open"],
            first=not after,
            next=f"/console/approvals?after={quote(following)}" if following else "",
        )

    @router.get("/console/approvals/{ident}", include_in_schema=False)
    async def show(caller: Caller, ident: str) -> HTMLResponse:
        viewer, proposal = shown.viewer(caller), shown.registry.proposals.get(ident)
        if proposal is None:
            raise NotFound("proposal", f"There is no proposal {ident}.", "What ended is kept here for 30 days.")
        row = _row(shown, viewer, proposal, _now())
        wanted = await changes(shown, proposal) if row["state"] == "open" else None
        return page("approval.html", viewer, "approvals", proposal=row, changes=wanted)

    return router


def waiting(shown: Shown) -> int:
    """How many are open."""
    now = _now()
    return sum(state_of(each, now) == "open" for each in shown.registry.proposals.values())


def _row(shown: Shown, viewer: Viewer, proposal: Proposal, now: int) -> dict[str, Any]:
    names = callers_named(shown.names, viewer, [proposal.by, *proposal.approved_by])
    state, act = state_of(proposal, now), act_named(proposal.act)
    approves = not viewer.is_machine and may_approve(act, viewer.roles)
    owns = viewer.is_machine or proposal.by == PERSON + viewer.id
    return {
        "id": proposal.id,
        "act": proposal.act,
        "summary": proposal.summary,
        "state": state,
        "request": f"{proposal.method} {proposal.path}",
        "digest": proposal.digest,
        "by": names[proposal.by],
        "at": rfc3339(proposal.at),
        "approved_by": [names[each] for each in proposal.approved_by],
        "needed": proposal.needed,
        "roles": sorted(map(str, act.approvers)),
        "expires_at": rfc3339(proposal.expires_at),
        "ended_at": "" if state == "open" else rfc3339(proposal.closed_at or proposal.expires_at),
        "status": proposal.status,
        "approves": state == "open" and approves and viewer.id not in proposal.approved_by,
        "approved": viewer.id in proposal.approved_by,
        "withdraws": state == "open" and viewer.may(OPERATE) and (approves or owns),
    }


def _key(proposal: Proposal, now: int) -> str:
    """Open ones first; in both halves the newest first."""
    if state_of(proposal, now) == "open":
        return f"0 {newest_first(proposal.at, proposal.id)}"
    return f"1 {newest_first(proposal.closed_at or proposal.expires_at, proposal.id)}"


def state_of(proposal: Proposal, now: int) -> str:
    """One that nobody has closed yet is over when its time is."""
    return proposal.outcome or (Outcome.EXPIRED if proposal.expires_at <= now else "open")


def _now() -> int:
    return time.time_ns() // 1000
