"""One task a bridge that is followed, started and ended as bridges are declared."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import structlog

from nameplate.domain.bridges import HEARS_SILENCE, READS_GROUPS, Bridge
from nameplate.domain.errors import NameplateError, Unavailable
from nameplate.domain.registry import Registry
from nameplate.domain.timestamps import rfc3339
from nameplate.ports.upstream import Follower

from .hearing import Hearing
from .jobs import Jobs

AGAIN_S = 2.0
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
        detail = dict(self._follower.status()) if self._follower else {}
        return _row(self.bridge, self.hearing, self._status()) | {"detail": detail}

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


@dataclass(frozen=True, slots=True)
class Followed:
    """A bridge as it is followed. `groups`: those of teams, for one that reads only groups which mean something."""

    bridge: Bridge
    groups: frozenset[str]

    @property
    def credentials(self) -> tuple[str, ...]:
        """See `Bridge`."""
        return self.bridge.credentials


class Bridging:
    """Runs what is declared. `hearing` makes what takes the notices of the bridge of a name."""

    def __init__(self, registry: Registry, build: Build, fetch: Fetch, hearing: Callable[[str], Hearing]) -> None:
        self._registry, self._hearing = registry, hearing
        self._jobs = Jobs(self._wanted, lambda each: Job(each.bridge, build, fetch, hearing(each.bridge.id)))
        self.run, self.touched = self._jobs.run, self._jobs.touched

    def status(self) -> list[dict[str, Any]]:
        """Each bridge, whether it is heard, and how long its stops took."""
        return [self._status(name, bridge) for name, bridge in sorted(self._registry.bridges.items())]

    def hearing(self, name: str) -> Hearing | None:
        """What takes the notices of a bridge that calls us; None where no such bridge is declared."""
        job = self._jobs.running.get(name)
        return job.hearing if job else None

    def heard(self, name: str) -> Hearing:
        """The same for a bridge that is declared: it may be so new that it has none yet. Raises Unavailable."""
        found = self.hearing(name)
        if found is None:
            raise Unavailable("bridge", f"The bridge {name} is just being set up.", "Try again.")
        return found

    def _wanted(self) -> dict[str, Followed]:
        groups = self._registry.team_groups()
        return {
            name: Followed(bridge, groups if bridge.type in READS_GROUPS else frozenset())
            for name, bridge in self._registry.bridges.items()
        }

    def _status(self, name: str, bridge: Bridge) -> dict[str, Any]:
        job = self._jobs.running.get(name)
        return job.status() if job else _row(bridge, self._hearing(name), STARTING) | {"detail": {}}


def _row(bridge: Bridge, hearing: Hearing, status: str) -> dict[str, Any]:
    return {
        "id": bridge.id,
        "type": str(bridge.type),
        "url": bridge.url,
        "status": status,
        "heard_at": rfc3339(hearing.heard_at) if hearing.heard_at else "",
        "lease_s": bridge.lease_s,
        "bound_ms": bound_ms(bridge),
        "stops": hearing.stops(),
        "actors_told": hearing.actors_told,
        "people_told": hearing.people_told,
    }


def bound_ms(bridge: Bridge) -> int | None:
    """How long access can outlive a disable of which no message arrives: lease + 2 x clock error + enforcement delay.

    None: for ever, where silence cannot be told from nothing to say.
    """
    if bridge.type not in HEARS_SILENCE or not bridge.lease_s:
        return None
    return int(bridge.lease_s * 1000) + 2 * CLOCK_ERROR_MS + ENFORCEMENT_MS
