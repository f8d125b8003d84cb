"""Who looks at a page. The deciding process says who calls; it takes away what comes from outside."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import Header

from nameplate.domain.acts import READ_PEOPLE, Act, allowed
from nameplate.domain.bridges import Role
from nameplate.domain.people import LOCAL, roles_of
from nameplate.domain.registry import Registry
from nameplate.entry.manage.api.caller import CALLER_HEADER
from nameplate.ports.upstream import Names

PERSON, MACHINE = "person:", "uid:"
Caller = Annotated[str, Header(alias=CALLER_HEADER, include_in_schema=False)]
"""The deciding process always sets it."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Somebody who is signed in. `id`: the pseudonym, or `uid:N` on the machine itself; `name`: what people say."""

    id: str
    name: str
    roles: frozenset[Role]

    @property
    def is_machine(self) -> bool:
        """Whether it is the user of the server, who is no person and has no passkey."""
        return self.id.startswith(MACHINE)

    def may(self, act: Act) -> bool:
        """Whether they may do it, or propose it. Pages offer nothing else; the deciding process holds it."""
        return allowed(act, self.roles)


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
    return "Local owner" if ident == LOCAL else known[ident][0] if ident in known else ident


def callers_named(names: Names, viewer: Viewer, callers: Iterable[str]) -> Mapping[str, str]:
    """Who acted, as `viewer` may know them. `callers`: as on record, `person:p-...` or `uid:N`."""
    plain = {each: each.removeprefix(PERSON) for each in callers}
    known = names.get(list(plain.values())) if viewer.may(READ_PEOPLE) else {}
    return {
        each: f"this machine ({each})" if each.startswith(MACHINE) else name_of(known, ident)
        for each, ident in plain.items()
    }
