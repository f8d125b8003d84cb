"""Following an identity system that the company has: what it says goes to `Hears`, in the order in which it says it."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from nameplate.domain.notices import ActorNotice, Effect, PersonNotice


class Hears(Protocol):
    """Who takes notices. Raises Unavailable while nobody does: go on from where you were, later."""

    async def actors(self, notices: Sequence[ActorNotice]) -> Sequence[Effect]:
        """An effect each, in their order. Whoever must stop has stopped when this returns. At most 500 at a time."""
        ...

    async def people(self, notices: Sequence[PersonNotice]) -> Sequence[Effect]:
        """An effect each, in their order, with the pseudonym. Whoever is disabled is signed out when this returns."""
        ...

    async def alive(self, age_s: float = 0.0) -> None:
        """All that it knew `age_s` seconds ago has been told: its lease begins anew. A short `alive` never harms."""
        ...


class Follower(Protocol):
    """Follows one bridge."""

    async def run(self, hears: Hears) -> None:
        """Until cancelled. Raises Unavailable or OSError when it cannot go on: it is called again after a while.

        It begins with what holds now, so that nothing is lost that happened while nobody followed.
        """
        ...

    def status(self) -> Mapping[str, Any]:
        """What is worth knowing of this way of following, beside what all have: `way`, and what makes it so fast."""
        ...


class PersonName(NamedTuple):
    """What people call somebody. Never on record."""

    name: str
    mail: str = ""


class Names(Protocol):
    """The names of people, by pseudonym. They lie outside of the journal, and can be forgotten."""

    def put(self, names: Mapping[str, PersonName]) -> None:
        """Keep some, in the place of former ones."""
        ...

    def get(self, people: Sequence[str]) -> Mapping[str, PersonName]:
        """Those that are known."""
        ...

    def forget(self, person: str) -> None:
        """Somebody's name is known no more."""
        ...
