"""A real deciding process without supervisor: the tests take its part, and start points themselves."""

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from nameplate.boot import bus
from nameplate.boot.journal import reader
from nameplate.domain.errors import NameplateError
from nameplate.domain.links import Admit
from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import Server, running_core
from tests.entry.serve.servers import PATIENCE_S, processes, until

SITE = """
{kind: Team, id: ops, name: Operations}
---
{kind: Zone, id: outside}
---
{kind: Zone, id: inside}
---
{kind: Contract, id: runner, grants: [{actions: [enter], resources: ["zone:inside"]}]}
"""


class Core:
    """A deciding process that can be killed and started again."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.socket = server.data / "run" / "points.sock"
        self.started: list[subprocess.Popen[bytes]] = []
        self.apply(SITE)

    def apply(self, text: str) -> None:
        """Put manifests in force."""
        self.server.client.post("/v1/apply", {"files": [{"name": "site.yaml", "text": text}]})

    def declare(self, point: str, kind: str = "osdp") -> str:
        """A point with one door, which is returned. Nothing answers on its line."""
        door = f"{point}-door"
        readers = "readers: [{id: r1, side: outside}]"
        self.apply(
            f"{{kind: Door, id: {door}, joins: [outside, inside], {readers}}}\n---\n"
            f'{{kind: Point, id: {point}, type: {kind}, channels: [{{door: {door}, to: "pty:/none"}}]}}'
        )
        return door

    def admit(self, point: str, token: str) -> None:
        """What the supervisor says before it starts a point."""
        asyncio.run(self._admit(point, token))

    def stop(self, actor: str) -> Any:
        """Declare an active actor and stop it; returns what is told of the stop."""
        self.apply(
            f"{{kind: Actor, id: {actor}, type: robot, unit: {{manufacturer: A, model: T, serial: {actor}}}, "
            "owner: ops, purpose: Tests, state: active, contract: runner}"
        )
        order = {"order": "quarantine", "actors": [actor], "reason": "A test."}
        return self.server.client.post("/v1/orders", order)["stop"]

    def point(self, name: str) -> Any:
        """What is known of a point."""
        return next(each for each in self.server.client.get("/v1/points")["items"] if each["id"] == name)

    def recorded(self, **fields: Any) -> list[Any]:
        """Records with these fields."""
        records = (json.loads(entry.raw) for entry in reader(self.server.data).read())
        return [record for record in records if fields.items() <= record.items()]

    def kill(self) -> None:
        """SIGKILL for the deciding process."""
        os.kill(self.server.process("decide"), signal.SIGKILL)
        until(lambda: not self._ready(), "it is gone")

    def revive(self) -> None:
        """Start it again. Call it from the main thread: the process ends with the thread that started it."""
        words = ["--parent", str(os.getpid()), "--data", str(self.server.data), "--port", str(self.server.port)]
        with (self.server.data / "serve.log").open("ab") as log:
            command = [sys.executable, "-m", "nameplate.entry.decide", *words]
            self.started.append(subprocess.Popen(command, stdout=log, stderr=log))

    def decides(self) -> None:
        """Wait until it does."""
        until(self._ready, "it decides again")

    def _ready(self) -> bool:
        with contextlib.suppress(NameplateError):
            self.server.client.get("/readyz")
            return True
        return False

    async def _admit(self, point: str, token: str) -> None:
        peer = await bus.dial(self.server.data / "run" / "internal.sock")
        await peer.call("admit", Admit(point, hashlib.sha256(token.encode()).hexdigest()), type(None))
        await peer.close()


@pytest.fixture(scope="session")
def core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Core]:
    data: Path = tmp_path_factory.mktemp("np")
    with running_core(data, free_port()) as server:
        assert {server.process("decide"), server.process("manage")} == set(processes(data))
        core = Core(server)
        try:
            yield core
        finally:
            for process in core.started:
                process.terminate()
                process.wait(PATIENCE_S)
    assert processes(data) == []
