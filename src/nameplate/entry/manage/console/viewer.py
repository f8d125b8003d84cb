"""Who looks at a page. The deciding process says who calls; it takes away what comes from outside."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Header

from nameplate.domain.bridges import Role
from nameplate.domain.people import roles_of
from nameplate.domain.registry import Registry
from nameplate.entry.manage.api.caller import CALLER_HEADER
from nameplate.ports.upstream import Names

PERSON = "person:"
Caller = Annotated[str, Header(alias=CALLER_HEADER, include_in_schema=False)]
"""The deciding process always sets it."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who is signed in. `id`: the pseudonym, or `uid:N` on the machine itself; `name`: what people say."""

    id: str
    name: str
    roles: frozenset[Role]

    def may(self, *roles: Role) -> bool:
        """Whether one of the roles is theirs; an owner may do what any of them may."""
        return bool(self.roles & {*roles, Role.OWNER})


class SignInFirst(Exception):
    """Nobody is signed in, or may look at nothing."""


def viewers(registry: Registry, names: Names) -> Callable[[str], Viewer]:
    """What tells from the header who looks; it raises SignInFirst."""

    def viewer(caller: str) -> Viewer:
        if caller in {"uid:0", f"uid:{os.geteuid()}"}:
            return Viewer(caller, caller, frozenset({Role.OWNER}))
        ident = caller.removeprefix(PERSON)
        roles = roles_of(registry.people.get(ident), registry.bridges) if caller.startswith(PERSON) else frozenset()
        if not roles:
            raise SignInFirst
        return Viewer(ident, name_of(names.get([ident]), ident), roles)

    return viewer


def name_of(known: Mapping[str, tuple[str, str]], ident: str) -> str:
    """What people call somebody, or the pseudonym where nobody knows."""
    return known[ident][0] if ident in known else ident
