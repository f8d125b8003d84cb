"""What a domain holds that means something here, by objectGUID. No I/O."""

from collections.abc import Iterable, Mapping

from nameplate.bridges.ldap.entries import ACTORS, PEOPLE
from nameplate.bridges.ldap.mapping import gone_actor
from nameplate.bridges.ldap.people import People
from nameplate.bridges.ldap.settings import Settings
from nameplate.bridges.ldap.wire import Entry, Garbled
from nameplate.domain.notices import ActorNotice

from .mapping import Kind, actor_notice, key_of, kind_of, number_of, someone

MAX_HELD = 500_000


class Objects:
    """Actors and people, and what of them is to be told. `held`: ids of a former time, by kind."""

    def __init__(self, settings: Settings, held: Mapping[str, Iterable[str]]) -> None:
        self._settings, self._untold = settings, list[ActorNotice]()
        self._actors: dict[str, int] = dict.fromkeys(held.get(ACTORS, ()), -1)
        self._people: dict[str, int] = dict.fromkeys(held.get(PEOPLE, ()), -1)
        self._unusable: set[str] = set()
        self.groups: dict[str, str] = {}
        self.people = People(settings.bridge)

    @property
    def pending(self) -> int:
        """How much there is to tell."""
        return len(self._untold) + len(self.people.changed)

    def actors(self, most: int) -> list[ActorNotice]:
        """What is to be told of actors, in its order; it counts as told."""
        told, self._untold = self._untold[:most], self._untold[most:]
        return told

    def held(self) -> dict[str, set[str]]:
        """The ids of all that mean something, by kind."""
        return {ACTORS: set(self._actors), PEOPLE: set(self._people)}

    def counts(self) -> dict[str, int]:
        """How many there are of each kind, and how many accounts have a name that no actor can have."""
        return {ACTORS: len(self._actors), PEOPLE: len(self._people), "unusable_names": len(self._unusable)}

    def take(self, entry: Entry, *, again: bool = False) -> str:
        """An object as it is now; returns its key. `again`: also where its change number says that nothing is new."""
        key, number, kind = key_of(entry), number_of(entry, "uSNChanged"), kind_of(self._settings, entry)
        if not key:
            return ""
        if kind is not Kind.ACTOR or not self._actor(key, number, entry):
            self._drop_actor(key)
        if kind is not Kind.PERSON:
            self._drop_person(key)
        elif again or self._people.get(key) != number:
            self._people[key] = number
            self.people.put(key, someone(self._settings, entry))
        if len(self._actors) + len(self._people) > MAX_HELD:
            raise Garbled(f"more than {MAX_HELD} accounts")
        return key

    def drop(self, key: str) -> None:
        """An object is there no more."""
        self._drop_actor(key)
        self._drop_person(key)

    def left_group(self, name: str, still: Iterable[str]) -> None:
        """A group has these members only."""
        self.people.only(name, frozenset(still))

    def _actor(self, key: str, number: int, entry: Entry) -> bool:
        if self._actors.get(key) == number:
            return True
        notice = actor_notice(self._settings, key, entry)
        if notice is None:
            self._unusable.add(key)
            return False
        self._unusable.discard(key)
        self._actors[key] = number
        self._untold.append(notice)
        return True

    def _drop_actor(self, key: str) -> None:
        if self._actors.pop(key, None) is not None:
            self._untold.append(gone_actor(self._settings, key))

    def _drop_person(self, key: str) -> None:
        if self._people.pop(key, None) is not None:
            self.people.remove(key)
