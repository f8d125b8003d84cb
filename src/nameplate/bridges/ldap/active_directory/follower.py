"""Active Directory, followed: its highest change number is read five times a second, and then what has changed."""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import sansldap

from nameplate.bridges.ldap.connection import Connection, connected, unavailable
from nameplate.bridges.ldap.entries import escaped
from nameplate.bridges.ldap.follower import BATCH, reconcile_s
from nameplate.bridges.ldap.known import KnownFile
from nameplate.bridges.ldap.mapping import first_value, text
from nameplate.bridges.ldap.settings import Settings
from nameplate.bridges.ldap.wire import BASE, Entry, Garbled, Search
from nameplate.domain.errors import Unavailable
from nameplate.ports.upstream import Hears

from .mapping import Kind, attributes, below, key_of, kind_of, number_of
from .objects import Objects

INTERVAL_S, ALIVE_S = 0.2, 1.0
HIGHEST = ("highestCommittedUSN", "dsServiceName", "defaultNamingContext")
ACCOUNTS = "(objectClass=user)"
DELETED = sansldap.ShowDeletedControl(critical=True)


class ActiveDirectoryFollower:
    """The `Follower` port. Change numbers are those of one domain controller: with another, everything is read."""

    def __init__(self, settings: Settings, known: KnownFile) -> None:
        self._settings, self._known = settings, known
        self._objects = Objects(settings, known.load())
        self._reconcile_s = reconcile_s(settings.lease_s)
        self._sees_deleted: bool | None = None

    async def run(self, hears: Hears) -> None:
        """See the port."""
        async with connected(self._settings) as connection:
            domain = _Domain(connection, self._settings, self._objects, hears)
            try:
                await domain.begin()
                self._known.save(self._objects.held())
                while True:
                    self._sees_deleted = domain.sees_deleted
                    await domain.follow(time.monotonic() + self._reconcile_s)
                    await domain.read_all()
                    self._known.save(self._objects.held())
            except Garbled as error:
                raise unavailable(f"what it says makes no sense ({error})") from None
            finally:
                # Change numbers mean nothing on the next connection, which may lead to another controller.
                self._objects = Objects(self._settings, self._objects.held())

    def status(self) -> Mapping[str, Any]:
        """See the port."""
        return {
            "way": "change numbers (highestCommittedUSN)",
            "interval_s": INTERVAL_S,
            "reconcile_s": self._reconcile_s,
            "sees_deleted": self._sees_deleted,
            **self._objects.counts(),
        }


class _Domain:
    """One connection's time."""

    def __init__(self, connection: Connection, settings: Settings, objects: Objects, hears: Hears) -> None:
        self._connection, self._settings, self._objects, self._hears = connection, settings, objects, hears
        self._attributes = attributes(settings)
        self._root, self._controller, self._number = settings.base, "", 0
        self._alive_at = 0.0
        self.sees_deleted = False

    async def begin(self) -> None:
        """Learn which controller this is, and take in what holds now."""
        highest = await self._highest()
        self._controller, self._number = text(highest.attributes, "dsServiceName"), _number(highest)
        whole = text(highest.attributes, "defaultNamingContext")
        self._root = whole if below(self._settings.base, whole) else self._settings.base
        self.sees_deleted = await self._can_see_deleted()
        await self.read_all()

    async def follow(self, until: float) -> None:
        """Tell of changes as they happen."""
        while time.monotonic() < until:
            began = time.monotonic()
            await self._look()
            if self.sees_deleted and began - self._alive_at >= ALIVE_S:
                self._alive_at = began
                await self._hears.alive(time.monotonic() - began)
            await asyncio.sleep(max(0.0, began + INTERVAL_S - time.monotonic()))

    async def read_all(self) -> None:
        """Everything there is, looking for changes between its pages. Who is no longer there is gone."""
        began, before = time.monotonic(), {key for keys in self._objects.held().values() for key in keys}
        seen = set()
        async for page in self._connection.paged(Search(self._settings.base, ACCOUNTS, self._attributes)):
            seen |= {self._objects.take(entry) for entry in page}
            await self._tell()
            await self._look()
        for key in before - seen:
            self._objects.drop(key)
        groups = await self._named_groups()
        for group in groups:
            await self._group(group)
        for key in set(self._objects.groups) - {key_of(group) for group in groups}:
            self._objects.left_group(self._objects.groups.pop(key), ())
        await self._tell()
        await self._hears.alive(time.monotonic() - began)

    async def _look(self) -> None:
        highest = await self._highest()
        if text(highest.attributes, "dsServiceName") != self._controller or _number(highest) < self._number:
            raise unavailable("another domain controller answers, or this one was set back")
        if _number(highest) > self._number:
            await self._changes(self._number + 1)
            self._number = _number(highest)

    async def _changes(self, first: int) -> None:
        """Deleted objects lie in a container of the whole domain: so the search is for all of it."""
        wanted = f"(&(uSNChanged>={first})(|{ACCOUNTS}(objectClass=group)))"
        groups = []
        async for page in self._connection.paged(Search(self._root, wanted, self._attributes, controls=(DELETED,))):
            for entry in page:
                self.sees_deleted = self.sees_deleted or text(entry.attributes, "isDeleted") == "TRUE"
                if kind_of(self._settings, entry) is Kind.GROUP or key_of(entry) in self._objects.groups:
                    groups.append(entry)
                else:
                    self._objects.take(entry)
            await self._tell()
        for group in groups:
            await self._group(group)
        await self._tell()

    async def _group(self, group: Entry) -> None:
        """Who is in a group that means something here: a change of it leaves its members' change numbers alone."""
        key, name = key_of(group), first_value(group.dn)
        means = kind_of(self._settings, group) is Kind.GROUP and name in self._settings.groups
        former = self._objects.groups.pop(key, "")
        if former and (former != name or not means):
            self._objects.left_group(former, ())
        if not means:
            return
        self._objects.groups[key] = name
        members, wanted = set(), f"(&{ACCOUNTS}(memberOf={escaped(group.dn)}))"
        async for page in self._connection.paged(Search(self._settings.base, wanted, self._attributes)):
            members |= {self._objects.take(entry, again=True) for entry in page}
        self._objects.left_group(name, members)

    async def _named_groups(self) -> list[Entry]:
        names = "".join(f"(cn={escaped(name)})" for name in sorted(self._settings.groups))
        if not names:
            return []
        wanted = f"(&(objectClass=group)(|{names}))"
        return [
            entry
            async for page in self._connection.paged(Search(self._settings.base, wanted, self._attributes))
            for entry in page
        ]

    async def _can_see_deleted(self) -> bool:
        """By default only administrators can (MS-ADTS 3.1.1.5.5). That the container shows itself proves nothing."""
        buried = f"(&{ACCOUNTS}(isDeleted=TRUE))"
        try:
            async for page in self._connection.paged(Search(self._root, buried, controls=(DELETED,))):
                if page:
                    return True
        except Unavailable:
            return False
        return False

    async def _highest(self) -> Entry:
        found = await self._connection.found(Search("", scope=BASE, attributes=HIGHEST))
        if len(found) != 1 or _number(found[0]) < 0:
            raise unavailable("it tells no change number: is it a domain controller?")
        return found[0]

    async def _tell(self) -> None:
        while self._objects.pending:
            if actors := self._objects.actors(BATCH):
                await self._hears.actors(actors)
            if people := self._objects.people.take(BATCH):
                await self._hears.people(people)


def _number(highest: Entry) -> int:
    return number_of(highest, "highestCommittedUSN")
