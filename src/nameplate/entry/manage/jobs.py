"""A job for each thing that is declared: begun, begun anew and ended as declarations change."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Generic, Protocol, TypeVar

from nameplate.domain.registry import Touched

LOOK_S = 0.2


class Job(Protocol):
    """What runs by itself until it is ended."""

    async def end(self) -> None:
        """End it, and wait until it has let go."""


class Credentialed(Protocol):
    """What is declared, with the names of the credentials that its job is begun with."""

    @property
    def credentials(self) -> Collection[str]:
        """Names in the key store."""


Declared = TypeVar("Declared", bound=Credentialed)
Running = TypeVar("Running", bound=Job)


class Jobs(Generic[Declared, Running]):
    """Runs what `wanted` says; `begin` makes the job of one."""

    def __init__(self, wanted: Callable[[], Mapping[str, Declared]], begin: Callable[[Declared], Running]) -> None:
        self._wanted, self._begin = wanted, begin
        self._declared: dict[str, Declared] = {}
        self._exchanged: set[str] = set()
        self.running: dict[str, Running] = {}

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                await self._arrange()
                await asyncio.sleep(LOOK_S)
        finally:
            await asyncio.gather(*(job.end() for job in self.running.values()))

    def touched(self, touched: Touched) -> None:
        """Something has changed: with another credential a job begins anew."""
        if touched.kind == "credential":
            self._exchanged.add(touched.id)

    async def _arrange(self) -> None:
        wanted, exchanged = self._wanted(), self._exchanged
        self._exchanged = set()
        for name, job in list(self.running.items()):
            declared = self._declared[name]
            if wanted.get(name) != declared or not exchanged.isdisjoint(declared.credentials):
                await job.end()
                del self.running[name]
        for name, declared in wanted.items():
            if name not in self.running:
                self._declared[name], self.running[name] = declared, self._begin(declared)
