"""One task a sink, started and ended as sinks are declared."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog

from nameplate.domain.errors import Conflict, NameplateError, NotFound, Unavailable
from nameplate.domain.registry import Registry
from nameplate.domain.sinks import Sink
from nameplate.ports.exporter import Exporter

from .jobs import Jobs

log = structlog.get_logger()
AGAIN_S = 10.0
STARTING = "starting"
Build = Callable[[Sink, Mapping[str, bytes]], Exporter]
Fetch = Callable[[str], Awaitable[bytes]]
SEE = "See the log of the server: it is tried again."


class Job:
    """The export to one sink. What cannot go on is tried again after AGAIN_S, and says why meanwhile."""

    def __init__(self, sink: Sink, build: Build, fetch: Fetch) -> None:
        self.sink, self._build, self._fetch = sink, build, fetch
        self._exporter: Exporter | None = None
        self._trouble = STARTING
        self._again: asyncio.Task[None] | None = None
        self.task = asyncio.get_running_loop().create_task(self._keep())

    @property
    def exporter(self) -> Exporter:
        """What runs; raises Unavailable before there is anything, and says why."""
        if self._exporter is None:
            raise Unavailable("sink_starting", f"The sink {self.sink.id} does not run: {self._trouble}")
        return self._exporter

    def replay(self, begin: int, end: int) -> None:
        """Begin to send a span of time again (microseconds, UTC); raises Conflict while another is under way."""
        if self._again is not None and not self._again.done():
            raise Conflict("replay_running", f"A replay to {self.sink.id} is under way.", "Wait until it is done.")
        self._again = asyncio.get_running_loop().create_task(self._replay(self.exporter, begin, end))

    async def _replay(self, exporter: Exporter, begin: int, end: int) -> None:
        try:
            await exporter.replay(begin, end)
        except (NameplateError, OSError) as error:
            log.warning("a replay has failed", sink=self.sink.id, why=str(error))

    async def end(self) -> None:
        """End it, and wait until the sink has let go."""
        if self._again is not None:
            self._again.cancel()
            await asyncio.wait({self._again})
        self.task.cancel()
        # Not `await self.task`: whoever waits here may be cancelled too, and must be able to tell that from this.
        await asyncio.wait({self.task})

    def status(self) -> dict[str, Any]:
        """`status`, `lag_records`, `lag_seconds`, beside what was declared."""
        if self._exporter is None:
            return _idle(self.sink, self._trouble)
        status = self._exporter.status() | ({"status": self._trouble} if self._trouble else {})
        return _idle(self.sink, "") | status

    async def _keep(self) -> None:
        while True:
            try:
                # At each start anew: they may have been exchanged because they were refused.
                credentials = {name: await self._fetch(name) for name in self.sink.credentials}
                self._exporter = self._build(self.sink, credentials)
                self._trouble = ""
                await self._exporter.run()
            except (NameplateError, OSError) as error:
                self._trouble = str(error)
                log.warning("an export cannot go on", sink=self.sink.id, why=self._trouble)
            except Exception as error:  # a fault in one sink must neither end it unseen nor reach the others
                self._trouble = f"The export failed: {type(error).__name__}. {SEE}"
                log.exception("an export failed", sink=self.sink.id)
            await asyncio.sleep(AGAIN_S)


class Exporting:
    """Runs what is declared. `build` makes the exporter of a sink, with the credentials that `fetch` gives."""

    def __init__(self, registry: Registry, build: Build, fetch: Fetch) -> None:
        self._registry = registry
        self._jobs = Jobs(lambda: registry.sinks, lambda sink: Job(sink, build, fetch))
        self.run, self.touched = self._jobs.run, self._jobs.touched

    def status(self) -> list[dict[str, Any]]:
        """Each sink with how far behind it is."""
        declared, running = sorted(self._registry.sinks.items()), self._jobs.running
        return [running[name].status() if name in running else _idle(sink, STARTING) for name, sink in declared]

    def exporter(self, name: str) -> Exporter:
        """The running export to a sink; raises NotFound, and Unavailable while it does not run."""
        return self._job(name).exporter

    def replay(self, name: str, begin: int, end: int) -> None:
        """See `Job.replay`."""
        self._job(name).replay(begin, end)

    def _job(self, name: str) -> Job:
        if name not in self._registry.sinks:
            raise NotFound("sink", f"There is no sink {name}.", "See `nameplate sink list`.")
        if name not in self._jobs.running:
            raise Unavailable("sink_starting", f"The sink {name} is about to start.", "Try again.")
        return self._jobs.running[name]


def _idle(sink: Sink, status: str) -> dict[str, Any]:
    about = {"id": sink.id, "format": sink.format, "to": sink.to}
    return about | {"status": status, "lag_records": 0, "lag_seconds": 0.0}
