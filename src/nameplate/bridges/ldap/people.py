"""The people of a directory, in memory: who manages whom, and who is in which group, by their lasting ids."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from nameplate.domain.notices import PersonNotice, Status


@dataclass(frozen=True, slots=True)
class Someone:
    """A person's entry. `manager`: a DN. `groups`: names of those that mean something here."""

    dn: str
    status: Status
    manager: str = ""
    mail: tuple[str, ...] = ()
    name: str = field(default="", repr=False)
    groups: frozenset[str] = frozenset()
    decided_at: int = 0


class People:
    """Everybody by key. `changed` collects of whom something new is to be told."""

    def __init__(self, bridge: str) -> None:
        self._bridge = bridge
        self._by_key: dict[str, Someone] = {}
        self._key_of: dict[str, str] = {}
        self._reports: dict[str, set[str]] = {}
        self._members: dict[str, tuple[str, frozenset[str]]] = {}
        self.changed: dict[str, None] = {}

    def put(self, key: str, someone: Someone) -> None:
        """Somebody is there, or has changed; so have those of whom they are the manager, if they had another DN."""
        self._forget(key)
        dn = plain(someone.dn)
        self._by_key[key], self._key_of[dn] = someone, key
        if someone.manager:
            self._reports.setdefault(plain(someone.manager), set()).add(key)
        self._touch(key, *self._reports.get(dn, ()))

    def remove(self, key: str) -> None:
        """Somebody is there no more."""
        someone = self._by_key.get(key)
        self._forget(key)
        self._touch(key, *(self._reports.get(plain(someone.dn), ()) if someone else ()))

    def group(self, key: str, name: str, members: Iterable[str]) -> None:
        """A group has these members (DNs). With none and without a name it is gone."""
        dns = frozenset(plain(each) for each in members)
        former_name, former = self._members.pop(key, ("", frozenset[str]()))
        if name:
            self._members[key] = (name, dns)
        concerned = dns ^ former if name == former_name else dns | former
        self._touch(*(self._key_of[dn] for dn in concerned if dn in self._key_of))

    def only(self, name: str, members: frozenset[str]) -> None:
        """Nobody else is in a group of that name any more. `members`: keys."""
        for key, someone in self._by_key.items():
            if name in someone.groups and key not in members:
                self._by_key[key] = replace(someone, groups=someone.groups - {name})
                self._touch(key)

    def take(self, most: int) -> list[PersonNotice]:
        """What is to be told of some who have changed; they count as told."""
        keys = list(self.changed)[:most]
        for key in keys:
            del self.changed[key]
        return [self._notice(key) for key in keys]

    def _notice(self, key: str) -> PersonNotice:
        someone = self._by_key.get(key)
        if someone is None:
            return PersonNotice(self._bridge, key, Status.RETIRED, reason="gone")
        dn = plain(someone.dn)
        groups = someone.groups | {name for name, members in self._members.values() if dn in members}
        return PersonNotice(
            self._bridge,
            key,
            someone.status,
            self._key_of.get(plain(someone.manager), ""),
            someone.mail,
            tuple(sorted(groups)),
            decided_at=someone.decided_at,
            name=someone.name,
        )

    def _forget(self, key: str) -> None:
        someone = self._by_key.pop(key, None)
        if someone is not None:
            if self._key_of.get(plain(someone.dn)) == key:
                del self._key_of[plain(someone.dn)]
            self._reports.get(plain(someone.manager), set()).discard(key)

    def _touch(self, *keys: str) -> None:
        self.changed.update(dict.fromkeys(keys))


def plain(dn: str) -> str:
    """A DN as it can be compared: without case, and without spaces around its parts."""
    return ",".join(part.strip() for part in dn.lower().split(","))
