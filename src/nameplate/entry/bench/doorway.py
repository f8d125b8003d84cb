"""A real door with a robot that never stops asking, for benchmarks that need strikes."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from nameplate.boot.doors import SimulatedDoor
from nameplate.boot.journal import reader
from nameplate.domain.errors import NameplateError, Unavailable
from nameplate.domain.presence import Place
from nameplate.entry.robot.client import Robot
from nameplate.entry.serve.started import Server

ROBOT, SERIAL, POINT, DOOR = "amr-bench", "B-1", "bench-doors", "bench-door"
WAIT_S = 20.0
_SITE = f"""
kind: Zone
id: bench-outside
---
kind: Zone
id: bench-inside
---
kind: Door
id: {DOOR}
joins: [bench-outside, bench-inside]
readers: [{{id: r1, side: bench-outside}}]
---
kind: Contract
id: bench-runner
grants: [{{actions: [enter], resources: ["zone:bench-inside"]}}]
---
kind: Actor
id: {ROBOT}
type: robot
unit: {{manufacturer: Acme, model: T3, serial: {SERIAL}}}
owner: ops
purpose: Asks without end
state: active
contract: bench-runner
---
kind: Point
id: {POINT}
type: osdp
"""


class Doorway:
    """The door and the robot in front of it. `revive` brings the robot back after a stop, with a new key."""

    def __init__(self, server: Server, folder: Path, door: SimulatedDoor) -> None:
        self._server, self._folder, self._door = server, folder, door
        self._ended = threading.Event()
        self._robot = self._enrol()
        self._thread = threading.Thread(target=self._ask, daemon=True)

    def start(self) -> None:
        """Begin to ask."""
        self._thread.start()

    def end(self) -> None:
        """Stop asking."""
        self._ended.set()
        self._thread.join(WAIT_S)

    def revive(self) -> None:
        """Activate the robot; its old key stays dead, so it enrols a new one."""
        self._server.client.post("/v1/orders", {"order": "activate", "actors": [ROBOT], "reason": "bench"})
        self._robot = self._enrol()

    def _enrol(self) -> Robot:
        code = self._server.client.post(f"/v1/actors/{ROBOT}/enrolment", {})["code"]
        state = self._folder / f"robot-{time.monotonic_ns()}"
        return Robot.enrol(f"http://127.0.0.1:{self._server.port}", code, state, SERIAL)

    def _ask(self) -> None:
        place = Place("default", DOOR, "r1")
        while not self._ended.is_set():
            with suppress(NameplateError, OSError):
                self._robot.present(self._door.air[0], place, 2.0)


@contextmanager
def busy_door(server: Server, folder: Path) -> Iterator[Doorway]:
    """Bring the door into service, as an operator would, and let the robot ask."""
    with SimulatedDoor(bytes(16), folder, readers=1, install=True) as door:
        if os.geteuid() == 0:
            # A pseudo terminal of ours, for a door controller with a user of its own.
            Path(door.path).chmod(0o666)
        channel = f'channels: [{{door: {DOOR}, to: "pty:{door.path}", strike: 0.1s}}]'
        server.client.post("/v1/apply", {"files": [{"name": "door.yaml", "text": _SITE + channel}]})
        _wait(
            "the door controller", lambda: any(each["connected"] for each in server.client.get("/v1/points")["items"])
        )
        server.client.post(f"/v1/points/{POINT}/install", {"door": DOOR, "seconds": 60})
        _wait("the reader's key", lambda: any(b'"install_done"' in entry.raw for entry in reader(server.data).read()))
        doorway = Doorway(server, folder, door)
        doorway.start()
        try:
            yield doorway
        finally:
            doorway.end()


def _wait(what: str, ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not ready():
        if time.monotonic() > deadline:
            raise Unavailable("bench", f"{what} did not come.")
        time.sleep(0.05)
