"""One task a bridge that is followed, started and ended as bridges are declared."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from nameplate.domain.bridges import HEARS_SILENCE, READS_GROUPS, Bridge
from nameplate.domain.errors import NameplateError, Unavailable
from nameplate.domain.registry import Registry, Touched
from nameplate.domain.timestamps import rfc3339
from nameplate.ports.upstream import Follower

from .hearing import Hearing

LOOK_S, AGAIN_S = 0.2, 2.0
CLOCK_ERROR_MS, ENFORCEMENT_MS = 10, 250
STARTING = "starting"

Build = Callable[[Bridge, bytes], Follower | None]
Fetch = Callable[[str], Awaitable[bytes]]
log = structlog.get_logger()


class Job:
    """Follows one bridge. What cannot go on is tried again after AGAIN_S, and says why meanwhile."""

    def __init__(self, bridge: Bridge, build: Build, fetch: Fetch, hearing: Hearing) -> None:
        self.bridge, self._build, self._fetch, self.hearing = bridge, build, fetch, hearing
        self._follower: Follower | None = None
        self._trouble, self._tried_at = STARTING, 0
        self.task = asyncio.get_running_loop().create_task(self._keep())

    async def end(self) -> None:
        """End it, and wait until it has let go."""
        self.task.cancel()
        await asyncio.wait({self.task})

    def status(self) -> dict[str, Any]:
        """For `bridge status`."""
        bridge, heard_at = self.bridge, self.hearing.heard_at
        return {
            "id": bridge.id,
            "type": str(bridge.type),
            "url": bridge.url,
            "status": self._status(),
            "heard_at": rfc3339(heard_at) if heard_at else "",
            "lease_s": bridge.lease_s,
            "bound_ms": bound_ms(bridge),
            "stops": self.hearing.stops(),
            "actors_told": self.hearing.actors_told,
            "people_told": self.hearing.people_told,
        } | ({"detail": dict(self._follower.status())} if self._follower else {"detail": {}})

    async def _keep(self) -> None:
        while True:
            try:
                # What it knows outlives a broken line, so that it need not begin with everything each time.
                self._follower = self._follower or await self._begin()
                self._tried_at = time.time_ns() // 1000
                if self._follower is None:
                    self._trouble = ""
                    await asyncio.Event().wait()
                else:
                    await self._follower.run(self.hearing)
            except (NameplateError, OSError) as error:
                self._tried_at = 0
                self._trouble = str(error) or type(error).__name__
                log.warning("a bridge is down", bridge=self.bridge.id, why=self._trouble)
            except Exception as error:  # a fault in one bridge must neither end it unseen nor reach the others
                self._follower, self._tried_at = None, 0
                self._trouble = f"It failed: {type(error).__name__}. See the log of the server: it is tried again."
                log.exception("a bridge failed", bridge=self.bridge.id)
            await asyncio.sleep(AGAIN_S)

    def _status(self) -> str:
        """An attempt to go on is no news before something was heard."""
        heard = self._tried_at and self.hearing.heard_at >= self._tried_at
        return "ok" if heard or not self._trouble else self._trouble

    async def _begin(self) -> Follower | None:
        credential = await self._fetch(self.bridge.credential) if self.bridge.credential else b""
        return self._build(self.bridge, credential)


class Bridging:
    """Runs what is declared. `hearing` makes what takes the notices of the bridge of a name."""

    def __init__(self, registry: Registry, build: Build, fetch: Fetch, hearing: Callable[[str], Hearing]) -> None:
        self._registry, self._build, self._fetch, self._hearing = registry, build, fetch, hearing
        self._jobs: dict[str, Job] = {}
        self._exchanged: set[str] = set()
        self._groups: frozenset[str] = frozenset()

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self._arrange()
                await asyncio.sleep(LOOK_S)
        finally:
            await asyncio.gather(*(job.end() for job in self._jobs.values()))

    def status(self) -> list[dict[str, Any]]:
        """Each bridge, whether it is heard, and how long its stops took."""
        return [job.status() for _, job in sorted(self._jobs.items())]

    def hearing(self, name: str) -> Hearing | None:
        """What takes the notices of a bridge that calls us; None where no such bridge is declared."""
        job = self._jobs.get(name)
        return job.hearing if job else None

    def heard(self, name: str) -> Hearing:
        """The same for a bridge that is declared: it may be so new that it has none yet. Raises Unavailable."""
        found = self.hearing(name)
        if found is None:
            raise Unavailable("bridge", f"The bridge {name} is just being set up.", "Try again.")
        return found

    def touched(self, touched: Touched) -> None:
        """Something has changed: with another credential a bridge begins anew."""
        if touched.kind == "credential":
            self._exchanged.add(touched.id)

    async def _arrange(self) -> None:
        wanted, exchanged = self._registry.bridges, self._exchanged
        self._exchanged, former = set(), self._groups
        self._groups = self._registry.team_groups()
        for name, job in list(self._jobs.items()):
            # Who reads a directory reads only groups that mean something: it begins anew where others do.
            asks = self._groups != former and job.bridge.type in READS_GROUPS
            if asks or wanted.get(name) != job.bridge or job.bridge.credential in exchanged:
                await job.end()
                del self._jobs[name]
        for name, bridge in wanted.items():
            if name not in self._jobs:
                self._jobs[name] = Job(bridge, self._build, self._fetch, self._hearing(name))


def bound_ms(bridge: Bridge) -> int | None:
    """How long access can outlive a disable of which no message arrives: lease + 2 x clock error + enforcement delay.

    None: for ever, where silence cannot be told from nothing to say.
    """
    if bridge.type not in HEARS_SILENCE or not bridge.lease_s:
        return None
    return int(bridge.lease_s * 1000) + 2 * CLOCK_ERROR_MS + ENFORCEMENT_MS
