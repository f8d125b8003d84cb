"""What a directory holds that means something here, as searches that are kept in step. No I/O."""

from collections.abc import Mapping

from nameplate.domain.notices import ActorNotice

from .mapping import actor_attributes, actor_notice, gone_actor, person_attributes, someone, text, texts
from .people import People
from .rounds import Stream
from .settings import MEMBER_OF, Settings
from .wire import Entry

ACTORS, GROUPS, PEOPLE = "actors", "groups", "people"
MEMBERS = ("member", "uniqueMember")


class Entries:
    """Actors and people, and what of them is to be told. `held`: ids of a former time, by kind."""

    def __init__(self, settings: Settings, held: Mapping[str, set[str]]) -> None:
        self._settings, self._untold = settings, list[ActorNotice]()
        self._unusable: set[str] = set()
        self.people = People(settings.bridge)
        self.streams = self._streams()
        for stream in self.streams:
            stream.held = dict.fromkeys(held.get(stream.kind, ()), b"")

    @property
    def pending(self) -> int:
        """How much there is to tell."""
        return len(self._untold) + len(self.people.changed)

    def actors(self, most: int) -> list[ActorNotice]:
        """What is to be told of actors, in its order; it counts as told."""
        told, self._untold = self._untold[:most], self._untold[most:]
        return told

    def held(self) -> dict[str, set[str]]:
        """The ids of all that mean something, by kind. A group means nothing by itself."""
        return {stream.kind: set(stream.held) for stream in self.streams if stream.kind != GROUPS}

    def counts(self) -> dict[str, int]:
        """How many there are of each kind, and how many entries have a name that no actor can have."""
        return {stream.kind: len(stream.held) for stream in self.streams} | {"unusable_names": len(self._unusable)}

    def _streams(self) -> tuple[Stream, ...]:
        """Actors come first: a stop is what cannot wait."""
        chosen, base = self._settings.options, self._settings.base
        actors = Stream(
            ACTORS, base, chosen["actor_filter"], actor_attributes(self._settings), self._actor, self._actor_gone
        )
        people = Stream(
            PEOPLE, base, chosen["person_filter"], person_attributes(self._settings), self._person, self.people.remove
        )
        if chosen["groups"] == MEMBER_OF or not self._settings.groups:
            return actors, people
        named = "".join(f"(cn={escaped(name)})" for name in sorted(self._settings.groups))
        wanted = f"(&{chosen['groups']}(|{named}))"
        groups = Stream(GROUPS, base, wanted, ("cn", *MEMBERS), self._group, lambda key: self.people.group(key, "", ()))
        return actors, groups, people

    def _actor(self, key: str, entry: Entry) -> bool:
        notice = actor_notice(self._settings, key, entry)
        if notice is None:
            self._unusable.add(key)
            return False
        self._unusable.discard(key)
        self._untold.append(notice)
        return True

    def _actor_gone(self, key: str) -> None:
        self._untold.append(gone_actor(self._settings, key))

    def _person(self, key: str, entry: Entry) -> bool:
        self.people.put(key, someone(self._settings, entry))
        return True

    def _group(self, key: str, entry: Entry) -> bool:
        name = next((each for each in texts(entry.attributes, "cn") if each in self._settings.groups), "")
        members = [dn for each in MEMBERS for dn in texts(entry.attributes, each)]
        self.people.group(key, name or text(entry.attributes, "cn"), members)
        return True


def escaped(value: str) -> str:
    """A value as it may stand in a filter (RFC 4515, 3)."""
    return "".join(f"\\{ord(each):02x}" if each in "\\*()\0" else each for each in value)
