"""Who takes what a follower tells, and keeps it for the test to look at."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from nameplate.domain.bridges import Bridge, BridgeType, Role
from nameplate.domain.errors import Unavailable
from nameplate.domain.notices import Effect
from nameplate.entry.bench.slapd import READER, SUFFIX

PATIENCE_S = 30.0


class Listening:
    """The `Hears` port. `deaf`: it takes nothing now."""

    def __init__(self):
        self.actor_notices, self.person_notices, self.ages = [], [], []
        self.deaf = False
        self._news = asyncio.Event()

    async def actors(self, notices):
        if self.deaf:
            raise Unavailable("bus", "Nobody decides now.")
        return self._keep(self.actor_notices, notices)

    async def people(self, notices):
        return self._keep(self.person_notices, notices)

    async def alive(self, age_s=0.0):
        self.ages.append(age_s)
        self._news.set()

    def said(self, name):
        """The last that was said of an actor of that name, or of a key."""
        found = [each for each in self.actor_notices if name in (each.name, each.key)]
        return found[-1] if found else None

    def person(self, name):
        found = [each for each in self.person_notices if name in (each.name, each.key)]
        return found[-1] if found else None

    async def until(self, condition):
        """Wait for news until it holds."""
        async with asyncio.timeout(PATIENCE_S):
            while not condition():
                self._news.clear()
                await self._news.wait()

    async def again(self):
        """Wait until all is told once more from now on."""
        count = len(self.ages)
        await self.until(lambda: len(self.ages) > count + 1)

    def _keep(self, kept, notices):
        kept.extend(notices)
        self._news.set()
        return [Effect(each.key) for each in notices]


@asynccontextmanager
async def following(follower) -> AsyncIterator[Listening]:
    """While the block lasts. What breaks it off is raised."""
    hears = Listening()
    task = asyncio.create_task(follower.run(hears))
    try:
        await asyncio.wait({task, asyncio.create_task(hears.until(lambda: hears.ages))}, return_when="FIRST_COMPLETED")
        if task.done():
            await task
        yield hears
    finally:
        task.cancel()
        await asyncio.wait({task})


def openldap_bridge(url, lease_s=0.0, **options):
    usual = {"base": SUFFIX, "bind": READER, "disabled": "employeeType=disabled, pwdAccountLockedTime"}
    roles = {"owners": Role.OWNER}
    return Bridge("dir", "s", BridgeType.LDAP, url, "directory", lease_s, {}, roles, usual | options)
