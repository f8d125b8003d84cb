"""People who administer. Their names lie outside of the record, and are told to whoever may look at people."""

from typing import Any

import msgspec
from fastapi import APIRouter

from nameplate.domain.errors import NotFound
from nameplate.domain.people import Person, roles_of
from nameplate.domain.registry import Registry
from nameplate.domain.timestamps import rfc3339
from nameplate.entry.operations import Answer, Page, answering
from nameplate.ports.upstream import Names

from .caller import LocalCaller

LISTED = 1000


class PersonOut(msgspec.Struct):
    """A person. `id`: the pseudonym; `passkeys`: ids; `sessions`: how many there are now."""

    id: str
    name: str
    bridge: str
    active: bool
    since: str
    roles: list[str]
    passkeys: list[str]
    sessions: int


def routes(registry: Registry, names: Names) -> APIRouter:
    """The routes."""
    router = APIRouter()

    @router.get("/v1/people")
    @answering(Answer(Page[PersonOut]))
    async def list_people(caller: LocalCaller, after: str = "") -> dict[str, Any]:
        found = sorted(ident for ident in registry.people if ident > after)[: LISTED + 1]
        known = names.get(found[:LISTED])
        items = [_shown(registry, registry.people[ident], *known.get(ident, ("", ""))) for ident in found[:LISTED]]
        return {"items": items, "next": found[LISTED - 1] if len(found) > LISTED else ""}

    @router.get("/v1/people/{person_id}")
    @answering(Answer(PersonOut, problems=(404,)))
    async def show_person(person_id: str, caller: LocalCaller) -> dict[str, Any]:
        person = registry.people.get(person_id)
        if person is None:
            raise NotFound("person", f"There is no person {person_id}.", "See `nameplate person list`.")
        return _shown(registry, person, *names.get([person_id]).get(person_id, ("", "")))

    return router


def _shown(registry: Registry, person: Person, name: str, _mail: str) -> dict[str, Any]:
    return {
        "id": person.id,
        "name": name,
        "bridge": person.bridge,
        "active": person.active,
        "since": rfc3339(person.since),
        "roles": sorted(roles_of(person, registry.bridges)),
        "passkeys": sorted(each.id for each in registry.passkeys.values() if each.person == person.id),
        "sessions": sum(each.person == person.id for each in registry.sessions.values()),
    }
