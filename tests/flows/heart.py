"""The deciding heart with everything real: a journal on a disk whose syncs can be held back, the index, the ledger."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

from nameplate.boot.mirror import Mirror
from nameplate.boot.replay import replay
from nameplate.boot.rules import engine
from nameplate.boot.timezones import transitions, wall
from nameplate.domain.asked import Asked
from nameplate.domain.findings import Finding
from nameplate.domain.index import Index
from nameplate.domain.modes import Modes
from nameplate.domain.registry import Registry
from nameplate.domain.requests import AccessRequest
from nameplate.entry.decide.connections import Connections
from nameplate.flows.authorize import Authorizer
from nameplate.flows.forbid import Rules
from nameplate.flows.ledger import Ledger
from nameplate.flows.stop import Lifecycle, Order
from nameplate.journals.segments import SegmentReader
from nameplate.ports.journal import JournalUnavailable
from tests.journals.segments.samples import AT, FailingFiles, open_journal

PATIENCE_S = 10.0


class HeldFiles(FailingFiles):
    """A disk whose syncs wait while it is held. `reached` is set when one begins to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.reached = threading.Event()
        self._open = threading.Event()
        self._open.set()

    def hold(self) -> None:
        self.reached.clear()
        self._open.clear()

    def let_go(self) -> None:
        self._open.set()

    def sync(self, fd: int) -> None:
        self.reached.set()
        assert self._open.wait(PATIENCE_S)
        super().sync(fd)


class Heart:
    """Make it inside `beating`. `now`: microseconds, one more at each look; `mono`: seconds, as set."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now, self.mono = folder, AT, 1000.0
        self.files = HeldFiles()
        self.writes_on_recovery = True
        self._healthy = asyncio.Event()
        self.journal = open_journal(folder, files=self.files, on_recovery=self._recover)
        self.registry = Registry()
        replay(self.registry, folder)
        self.index = Index(transitions)
        self.rules = Rules(self.registry, self.index, engine, wall, self._alarm, lambda: self.mono)
        self.mirror = Mirror(self.registry, self.index, self.rules)
        self.mirror.fill()
        self.ledger = Ledger(self.registry, self.journal, self.mirror.touched, self.clock)
        self.authorizer = Authorizer(
            self.index, self.journal, "n1", self.mirror.unit, self.ledger.proved, self.clock, lambda: self.mono
        )
        self.authorizer.rules, self.authorizer.sent = self.rules, self.rules.sent
        self.authorizer.soften = Modes(self.registry, transitions).soften
        self.connections = Connections(self.registry)
        numbers = count(1)
        self.lifecycle = Lifecycle(
            self.registry, self.ledger, self.connections, self.clock, lambda: f"stop-{next(numbers)}"
        )
        self.authorizer.on_stopped = self.lifecycle.was_refused

    def _alarm(self, finding: Finding) -> None:
        self.ledger.raise_finding(finding)

    def clock(self) -> int:
        self.now += 1
        return self.now

    async def declare(self, *documents: dict[str, Any]) -> int:
        return await self.ledger.commit(declared(*documents))

    async def order(self, name: str, *actors: str, reason: str = "a test") -> Any:
        return await self.lifecycle.carry_out(Order(name, actors, "uid:0", reason))

    async def ask(self, actor: str = "amr-1", resource: str = "app:x", **more: Any) -> Any:
        return await self.authorizer.authorize(request(self.clock(), actor, resource), Asked("pep", **more))

    async def sync_reached(self) -> None:
        """Until the disk has something to sync, and waits."""
        assert await asyncio.to_thread(self.files.reached.wait, PATIENCE_S)

    async def recovered(self) -> None:
        """The disk is mended: until the journal is back and nothing waits to be written."""
        self.files.heal()
        async with asyncio.timeout(PATIENCE_S):
            while not await self._is_written({"kind": "mark"}):
                self._healthy.clear()
                await self._healthy.wait()

    async def _is_written(self, record: dict[str, Any]) -> bool:
        try:
            await self.ledger.commit(record)
        except JournalUnavailable:
            return False
        return True

    def _recover(self) -> None:
        if self.writes_on_recovery:
            self.ledger.write_waiting()
        self._healthy.set()

    def records(self, kind: str = "") -> list[dict[str, Any]]:
        """What is on the disk."""
        found = (json.loads(entry.raw) for entry in SegmentReader(self.folder).read())
        return [record for record in found if kind in ("", record["kind"])]

    def replayed(self) -> Registry:
        """What a start would make of the journal now."""
        registry = Registry()
        replay(registry, self.folder)
        return registry


def request(at: int, actor: str, resource: str) -> AccessRequest:
    return AccessRequest(actor, "read" if resource.startswith("app:") else "enter", resource, at)


def declared(*documents: dict[str, Any]) -> dict[str, Any]:
    changes = [
        {"op": "put", "doc": document} | ({"revision": 1} if document["kind"] in ("Contract", "Rule") else {})
        for document in documents
    ]
    return {"kind": "declared", "by": "uid:0", "changes": changes}


def robot(ident: str = "amr-1", **fields: Any) -> dict[str, Any]:
    unit = {"manufacturer": "Acme", "model": "T3", "serial": ident}
    usual = {"type": "robot", "unit": unit, "owner": "ops", "purpose": "carries", "contract": "c", "state": "active"}
    return {"kind": "Actor", "id": ident} | {name: each for name, each in (usual | fields).items() if each is not None}


READ = {"actions": ["read"], "resources": ["app:x"]}
CONTRACT: dict[str, Any] = {"kind": "Contract", "id": "c", "grants": [READ]}
WORLD = (CONTRACT, robot())


@asynccontextmanager
async def beating(folder: Path, *documents: dict[str, Any]) -> AsyncIterator[Heart]:
    """A heart on the journal in `folder`, with `documents` declared."""
    heart = Heart(folder)
    try:
        if documents:
            await heart.declare(*documents)
        yield heart
    finally:
        heart.files.let_go()
        await heart.journal.close()
