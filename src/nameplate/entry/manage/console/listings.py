"""Plain lists: alarms, people, bridges, sinks, the journal."""

from collections import Counter
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from nameplate.domain.acts import OPERATE
from nameplate.domain.bridges import HEARS_SILENCE
from nameplate.domain.people import Person, roles_of
from nameplate.domain.timestamps import rfc3339

from .keyset import newest_first, page_of
from .render import page
from .shown import Shown
from .viewer import Caller, Viewer, name_of

PAGE = 100


def routes(shown: Shown) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get("/console/alarms", include_in_schema=False)
    async def alarms(caller: Caller, after: str = "") -> HTMLResponse:
        return _alarms(shown, shown.viewer(caller), after)

    @router.get("/console/people", include_in_schema=False)
    async def people(caller: Caller, after: str = "") -> HTMLResponse:
        return _people(shown, shown.viewer(caller), after)

    @router.get("/console/bridges", include_in_schema=False)
    async def bridges(caller: Caller) -> HTMLResponse:
        viewer, status = shown.viewer(caller), shown.bridging.status()
        return page("bridges.html", viewer, "bridges", bridges=status, asked=HEARS_SILENCE)

    @router.get("/console/sinks", include_in_schema=False)
    async def sinks(caller: Caller) -> HTMLResponse:
        return page("sinks.html", shown.viewer(caller), "sinks", sinks=shown.exporting.status())

    @router.get("/console/journal", include_in_schema=False)
    async def journal(caller: Caller, kind: str = "", before: int = 0) -> HTMLResponse:
        return _journal(shown, shown.viewer(caller), kind, before)

    return router


def _alarms(shown: Shown, viewer: Viewer, after: str) -> HTMLResponse:
    """The open ones first; in both halves the newest first."""
    alarms = shown.registry.alarms.by_id.values()
    keyed = ((f"{each.closed:d} {newest_first(each.raised_at, each.id)}", each) for each in alarms)
    rows, following = page_of(keyed, after, PAGE)
    sees_to = viewer.may(OPERATE)
    return page("alarms.html", viewer, "alarms", alarms=rows, at=rfc3339, next=following, sees_to=sees_to)


def _people(shown: Shown, viewer: Viewer, after: str) -> HTMLResponse:
    found, following = page_of(shown.registry.people.items(), after, PAGE)
    names = shown.names.get([each.id for each in found])
    rows = [_person(shown, each, name_of(names, each.id)) for each in found]
    teams = sorted(shown.registry.teams.values(), key=lambda each: each.id)
    owned = Counter(actor.owner for actor in shown.registry.actors.values())
    return page("people.html", viewer, "people", people=rows, teams=teams, owned=owned, next=following)


def _journal(shown: Shown, viewer: Viewer, kind: str, before: int) -> HTMLResponse:
    rows = shown.recent.newest(lambda each: kind in ("", each["kind"]), PAGE, before)
    notes = shown.recent.newest(lambda each: each["kind"] == "checkpoint", 1)
    return page(
        "journal.html",
        viewer,
        "journal",
        rows=rows,
        kind=kind,
        kinds=shown.recent.kinds(),
        older=rows[-1]["seq"] if len(rows) == PAGE else 0,
        note=notes[0] if notes else None,
    )


def _person(shown: Shown, person: Person, name: str) -> dict[str, Any]:
    roles = sorted(map(str, roles_of(person, shown.registry.bridges)))
    signed_in = sum(each.person == person.id for each in shown.registry.sessions.values())
    return {
        "id": person.id,
        "name": name,
        "bridge": person.bridge or "this machine",
        "active": person.active,
        "since": rfc3339(person.since),
        "roles": roles,
        "groups": person.groups,
        "signed_in": signed_in,
    }
