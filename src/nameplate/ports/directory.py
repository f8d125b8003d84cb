"""What other systems have provisioned here, as they said it. It cannot be told from the journal again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from nameplate.domain.actors import Actor, Standing


@dataclass(frozen=True, slots=True)
class Entry:
    """A resource of the bridge `bridge`. No bridge sees those of another.

    `kind`: `User`, `Group`, `Device` or `Agent`. `body`: its attributes, without those that are given here. `version`:
    another with each change. `key`: by which notices name it. `actor`: the actor that it is; `made`: whether it was
    declared for it. `lookups`: attributes by which it is found, with the value in the form in which it is compared.
    `members`: ids of the members of a group. Times: microseconds, UTC.
    """

    bridge: str
    kind: str
    id: str
    body: Mapping[str, Any] = field(repr=False)
    version: int = 1
    key: str = ""
    actor: str = ""
    made: bool = False
    created: int = 0
    modified: int = 0
    lookups: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    members: tuple[str, ...] = ()


class Membership(NamedTuple):
    """That `member` belongs to `group`, which is called `name`."""

    member: str
    group: str
    name: str


class Directory(Protocol):
    """Keeps entries. Whatever writes is durable when it returns, all of it or nothing. Raises Unavailable."""

    def get(self, bridge: str, ident: str) -> Entry | None:
        """The entry of that id."""
        ...

    def several(self, bridge: str, idents: Sequence[str]) -> Mapping[str, Entry]:
        """Those of these ids that there are, by id."""
        ...

    def find(self, bridge: str, kinds: Sequence[str], attribute: str, value: str) -> Sequence[Entry]:
        """Those with that lookup, by id."""
        ...

    def page(
        self, bridge: str, kinds: Sequence[str], limit: int, *, after: str = "", offset: int = 0
    ) -> Sequence[Entry]:
        """Some entries in the order of their ids: those behind the id `after`, from `offset`."""
        ...

    def count(self, bridge: str, kinds: Sequence[str]) -> int:
        """How many there are."""
        ...

    def linked(self, bridge: str, actor: str) -> Entry | None:
        """The entry that is that actor."""
        ...

    def keyed(self, bridge: str, key: str) -> Entry | None:
        """The entry that notices name by that key."""
        ...

    def memberships(self, bridge: str, members: Sequence[str]) -> Sequence[Membership]:
        """The groups to which some belong."""
        ...

    def write(self, puts: Sequence[Entry], drops: Sequence[Entry] = ()) -> None:
        """Keep some, each in the place of the one with its id, and forget others."""
        ...


class Known(NamedTuple):
    """An actor that is declared. `bridges`: who has said something of it so far."""

    actor: Actor
    standing: Standing
    bridges: tuple[str, ...] = ()


class Provisions(Protocol):
    """What a bridge may see and declare of actors."""

    def known(self, actor: str) -> Known | None:
        """The actor of that id."""
        ...

    def holder(self, unit: tuple[str, str, str]) -> str:
        """The retired actor that is this physical unit, empty if there is none."""
        ...

    def has_team(self, team: str) -> bool:
        """Whether a team of that id is declared."""
        ...

    def check(self, documents: Sequence[Mapping[str, object]]) -> None:
        """Raises Invalid when they could not be declared."""
        ...

    async def declare(self, documents: Sequence[Mapping[str, object]]) -> None:
        """Put documents in force, all or none; new actors are staged. Raises Invalid, Conflict and Unavailable."""
        ...
