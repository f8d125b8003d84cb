"""OpenLDAP, followed: each change as it happens, and regularly whether none was missed."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from nameplate.domain.notices import ActorNotice
from nameplate.ports.upstream import Hears

from .connection import Connection, connected, unavailable
from .entries import Entries
from .known import KnownFile
from .rounds import Round, Stream
from .settings import Settings
from .syncrepl import Mode
from .wire import BASE, Done, Garbled, Message, Search

BEAT_S, SILENT_S, REFRESH_SILENT_S = 5.0, 10.0, 30.0
RECONCILE_S, LEASE_PARTS = 60.0, 3
BATCH = 500


class LdapFollower:
    """The `Follower` port. What it knows outlives a broken line, but not a fault while telling it."""

    def __init__(self, settings: Settings, known: KnownFile) -> None:
        self._settings, self._known = settings, known
        self._entries = Entries(settings, known.load())
        self.reconcile_s = reconcile_s(settings.lease_s)

    async def run(self, hears: Hears) -> None:
        """See the port."""
        async with connected(self._settings) as connection:
            following = _Following(connection, self._entries, hears, self._settings.base)
            try:
                await following.begin()
                self._known.save(self._entries.held())
                await following.stay(self.reconcile_s, lambda: self._known.save(self._entries.held()))
            except Garbled as error:
                raise unavailable(f"what it says makes no sense ({error})") from None
            finally:
                if following.untold:
                    # Something may not have arrived: begin with everything, but know who was there.
                    self._entries = Entries(self._settings, self._entries.held())

    def status(self) -> Mapping[str, Any]:
        """See the port."""
        return {
            "way": "syncrepl, refreshAndPersist (RFC 4533)",
            "reconcile_s": self.reconcile_s,
            **self._entries.counts(),
        }


class _Following:
    """One connection's time. `untold`: something was taken in that nobody has confirmed."""

    def __init__(self, connection: Connection, entries: Entries, hears: Hears, base: str) -> None:
        self._connection, self._entries, self._hears, self._base = connection, entries, hears, base
        self._rounds: dict[int, Round] = {}
        self._beats: set[int] = set()
        self.untold = False

    async def begin(self) -> None:
        """Take in what holds now, actors first, and go on hearing of what changes."""
        began = time.monotonic()
        for stream in self._entries.streams:
            await self._ask(stream, Mode.REFRESH_AND_PERSIST)
            while not all(each.refreshed for each in self._rounds.values()):
                await self._answer(REFRESH_SILENT_S)
        await self._tell()
        await self._hears.alive(time.monotonic() - began)

    async def stay(self, every_s: float, done: Callable[[], None]) -> None:
        """Until the connection breaks. `done` is called after each reconciliation."""
        reconcile_at = time.monotonic() + every_s
        while True:
            await self._listen(min(reconcile_at, time.monotonic() + BEAT_S))
            if time.monotonic() >= reconcile_at:
                reconcile_at = time.monotonic() + every_s
                await self._reconcile()
                done()
            else:
                self._beats.add(await self._connection.send(Search(self._base, scope=BASE)))
                await self._answered()

    async def _reconcile(self) -> None:
        """Ask for all that has changed since the last time: whatever was lost on the way is found."""
        began = time.monotonic()
        for stream in self._entries.streams:
            await self._ask(stream, Mode.REFRESH_ONLY)
        await self._answered()
        await self._hears.alive(time.monotonic() - began)

    async def _answered(self) -> None:
        while self._beats or any(each.mode is Mode.REFRESH_ONLY for each in self._rounds.values()):
            await self._answer(SILENT_S)

    async def _answer(self, patience_s: float) -> None:
        if not await self._step(patience_s):
            raise unavailable("it does not answer any more")

    async def _listen(self, until: float) -> None:
        while (left := until - time.monotonic()) > 0 and await self._step(left):
            pass

    async def _ask(self, stream: Stream, mode: Mode) -> None:
        # The round is made first: what it begins from is what is asked for.
        made = Round(stream, mode)
        self._rounds[await self._connection.send(stream.search(mode))] = made

    async def _step(self, patience_s: float) -> bool:
        """Take in the next message; when no other is there yet, tell what came of it. Returns whether one came."""
        try:
            async with asyncio.timeout(patience_s):
                message = await self._connection.next()
        except TimeoutError:
            return False
        asked = self._rounds.get(message.id)
        if message.id in self._beats:
            if isinstance(message, Done):
                self._beats.discard(message.id)
        elif asked is None:
            raise unavailable("it answers what nobody asked")
        else:
            await self._take(asked, message)
        if not self._connection.waiting or self._entries.pending >= BATCH:
            await self._tell()
        return True

    async def _take(self, asked: Round, message: Message) -> None:
        again = not asked.on(message)
        if isinstance(message, Done):
            del self._rounds[message.id]
        if again:
            await self._ask(asked.stream, asked.mode)

    async def _tell(self) -> None:
        while self._entries.pending:
            self.untold = True
            actors: list[ActorNotice] = self._entries.actors(BATCH)
            if actors:
                await self._hears.actors(actors)
            if people := self._entries.people.take(BATCH):
                await self._hears.people(people)
        self.untold = False


def reconcile_s(lease_s: float) -> float:
    """So often that a lost message is found well within the lease."""
    return min(RECONCILE_S, lease_s / LEASE_PARTS) if lease_s else RECONCILE_S
