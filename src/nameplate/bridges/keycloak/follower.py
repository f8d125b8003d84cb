"""Keycloak, followed: everything once, then what admin events say has changed; everything again within the lease."""

import asyncio
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from nameplate.domain.notices import ActorNotice, PersonNotice
from nameplate.ports.upstream import Hears

from .api import Api
from .events import Events
from .mapping import CLIENTS, Touched, client_of, gone_actor, gone_person, of_client, of_person, of_user, signals_told
from .settings import Settings
from .wire import Client, Signals, User

T = TypeVar("T")
BATCH = 200
RECONCILE_S = 300.0
REALM_S = 10.0


class KeycloakFollower:
    """The `Follower` port."""

    def __init__(self, settings: Settings) -> None:
        self._settings, self._api = settings, Api(settings)
        self._events = Events(self._api.events)
        # Keys of whom was told, so that who is gone is noticed.
        self._actors: set[str] = set()
        self._people: set[str] = set()
        self._has_events = False
        self._signals: Signals | None = None
        # Twice within a lease, so that what no event told of is found before it runs out.
        self._reconcile_s = min(RECONCILE_S, settings.lease_s / 2) if settings.lease_s else RECONCILE_S

    async def run(self, hears: Hears) -> None:
        """See the port."""
        while True:
            self._has_events = (await _away(self._api.realm)).admin_events
            self._signals = await _away(self._api.signals)
            await _away(self._events.begin)
            began = time.monotonic()
            await self._read_all(hears)
            await hears.alive(time.monotonic() - began)
            if self._has_events:
                await self._follow(hears, began + self._reconcile_s)
            else:
                await asyncio.sleep(self._settings.interval_s)

    def status(self) -> Mapping[str, Any]:
        """See the port."""
        way = "admin events by number" if self._has_events else "reading everything: the realm keeps no admin events"
        return {
            "way": way,
            "signals": signals_told(self._signals),
            "interval_s": self._settings.interval_s,
            "reconcile_s": self._reconcile_s,
            "actors": len(self._actors),
            "people": len(self._people),
        }

    async def _follow(self, hears: Hears, until: float) -> None:
        """Until it is time to read everything again, or the realm keeps events no more."""
        looked = time.monotonic()
        while time.monotonic() < until:
            began = time.monotonic()
            for touched in await _away(self._events.fresh):
                await self._tell(hears, touched)
            if began - looked >= REALM_S:
                looked = began
                if not (await _away(self._api.realm)).admin_events:
                    return
            await hears.alive(time.monotonic() - began)
            await asyncio.sleep(max(0.0, began + self._settings.interval_s - time.monotonic()))

    async def _tell(self, hears: Hears, touched: Touched) -> None:
        """Look at what an event was about, as it is now."""
        if touched.kind == CLIENTS:
            client = await _away(lambda: self._api.client(touched.id))
            await self._tell_client(hears, client, touched)
            return
        user = await _away(lambda: self._api.user(touched.id))
        client_id = client_of(user) if user is not None else ""
        if client_id:
            for client in await _away(lambda: self._named(client_id)):
                await self._tell_client(hears, client, Touched(CLIENTS, client.id, touched.at))
        elif user is not None:
            await self._tell_user(hears, user, touched.at)
        elif touched.id in self._actors:
            await hears.actors([gone_actor(self._settings, touched.id, touched.at)])
        elif touched.id in self._people:
            await hears.people([gone_person(self._settings, touched.id, touched.at)])

    async def _tell_client(self, hears: Hears, client: Client | None, touched: Touched) -> None:
        notice = None
        if client is not None:
            account = await _away(lambda: self._account(client))
            notice = of_client(self._settings, client, account, touched.at)
        if notice is None and touched.id in self._actors:
            notice = gone_actor(self._settings, touched.id, touched.at)
        if notice is not None:
            self._actors.add(touched.id)
            await hears.actors([notice])

    async def _tell_user(self, hears: Hears, user: User, at: int) -> None:
        actor = of_user(self._settings, user, at)
        if actor is not None:
            self._actors.add(user.id)
            await hears.actors([actor])
            return
        groups = await _away(lambda: self._api.groups_of(user.id)) if self._settings.groups else []
        self._people.add(user.id)
        await hears.people([of_person(self._settings, user, groups, at)])

    async def _read_all(self, hears: Hears) -> None:
        """Everything that holds now. Who was told of and is not there any more is gone."""
        members = await _away(self._members) if self._settings.groups else {}
        actors, people = set[str](), set[str]()
        pages = self._api.clients()
        while clients := await _away(lambda: next(pages, None)):
            notices = await _away(partial(self._of_clients, clients))
            actors |= {notice.key for notice in notices}
            if notices:
                await hears.actors(notices)
        users = self._api.users()
        while page := await _away(lambda: next(users, None)):
            told, persons = self._of_users(page, members)
            actors, people = actors | {each.key for each in told}, people | {each.key for each in persons}
            await _tell_all(hears, told, persons)
        gone = [gone_actor(self._settings, key) for key in sorted(self._actors - actors)]
        await _tell_all(hears, gone, [gone_person(self._settings, key) for key in sorted(self._people - people)])
        self._actors, self._people = actors, people

    def _of_clients(self, clients: list[Client]) -> list[ActorNotice]:
        notices = (of_client(self._settings, client, self._account(client)) for client in clients)
        return [notice for notice in notices if notice is not None]

    def _of_users(
        self, users: list[User], members: Mapping[str, list[str]]
    ) -> tuple[list[ActorNotice], list[PersonNotice]]:
        actors, people = [], []
        for user in users:
            actor = of_user(self._settings, user)
            if actor is not None:
                actors.append(actor)
            elif not client_of(user):
                people.append(of_person(self._settings, user, members.get(user.id, [])))
        return actors, people

    def _account(self, client: Client) -> User | None:
        return self._api.account(client.id) if client.service_accounts else None

    def _named(self, client_id: str) -> list[Client]:
        return [client for page in self._api.clients() for client in page if client.client_id == client_id]

    def _members(self) -> dict[str, list[str]]:
        """The names of the groups that mean something here, by user."""
        found: dict[str, list[str]] = {}
        for group in self._api.groups():
            if group.name in self._settings.groups:
                for page in self._api.members(group.id):
                    for user in page:
                        found.setdefault(user.id, []).append(group.name)
        return found


async def _tell_all(hears: Hears, actors: list[ActorNotice], people: list[PersonNotice]) -> None:
    for start in range(0, len(actors), BATCH):
        await hears.actors(actors[start : start + BATCH])
    for start in range(0, len(people), BATCH):
        await hears.people(people[start : start + BATCH])


async def _away(call: Callable[[], T]) -> T:
    """In a thread: the API is waited for, and nobody else has to."""
    return await asyncio.to_thread(call)
