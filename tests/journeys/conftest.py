"""A hospital with two doors that are real but for their steel, guarded by a real server."""

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from nameplate.boot.journal import reader
from nameplate.domain.presence import Place
from nameplate.enforcement.osdp.sim import FIRE_INPUT, SimulatedDoor
from nameplate.entry.bench.workload import free_port
from nameplate.entry.robot import Outcome, Robot
from nameplate.entry.serve.started import Server, running_server
from tests.entry.world import PATIENCE_S, Told, run
from tests.house.tree import SOURCE

PHARMACY, LAB = "L1-pharmacy-entrance", "L1-lab-entrance"
CORRIDOR_SIDE, FAR_SIDE = 0, 1
POINT = "door-controller"
POLL_S = 0.02

PEOPLE = """
kind: Team
id: pharmacy-ops
name: Pharmacy operations
---
kind: Contract
id: runner
grants:
  - {actions: [enter], resources: ["zone:L1-pharmacy"]}
  # A window that is closed now: what a robot inside may still do is leave.
  - actions: [enter]
    resources: ["zone:L1-corridor-north"]
    during: {days: [$another_day], from: "06:00", to: "07:00", timezone: UTC}
---
kind: Contract
id: lab-only
grants: [{actions: [enter], resources: ["zone:L1-lab"]}]
"""


def people() -> str:
    """Owners and contracts, with a window that is days away."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return PEOPLE.replace("$another_day", days[(datetime.now(UTC).weekday() + 3) % 7])


class Hospital:
    """The building, its doors by id, and whoever is enrolled."""

    def __init__(self, server: Server, doors: dict[str, SimulatedDoor], folder: Path) -> None:
        self.server, self.doors, self._folder = server, doors, folder
        self.events = folder / "siem.ndjson"

    def run(self, *words: object, stdin: str = "") -> Told:
        """A command that must succeed."""
        told = run(*words, "--data", self.server.data, stdin=stdin)
        assert told.code == 0, told
        return told

    def prepare(self) -> None:
        """Import the building, declare the rest, and give each reader its key."""
        plan = self._folder / "hospital.yaml"
        source = SOURCE / "entry" / "demo" / "building.yaml"
        assert run("import", "building-map", source, "--site", "hospital", "--out", plan, "--json").code == 0
        self.run("apply", "-f", plan)
        self.run("apply", "-f", "-", stdin=people())
        channels = [
            {"door": name, "to": f"pty:{door.path}", "strike": "1s", "pass": "10s", "fire_input": FIRE_INPUT}
            for name, door in self.doors.items()
        ]
        point = {"kind": "Point", "id": POINT, "type": "osdp", "channels": channels}
        sink = {"kind": "Sink", "id": "siem", "format": "ocsf", "to": f"file:{self.events}"}
        self.run("apply", "-f", "-", stdin=f"{json.dumps(point)}\n---\n{json.dumps(sink)}")
        self.until(lambda: POINT in self._connected(), "the point is connected")
        for name in self.doors:
            self.run("point", "install", POINT, "--door", name, "--for", "60")
        for name in self.doors:
            self.happened("reader_online", door=name)

    def enrolled(self, ident: str, contract: str = "runner") -> Robot:
        """A robot with a key of its own."""
        unit = {"manufacturer": "Acme", "model": "T3", "serial": f"S-{ident}"}
        document = {"kind": "Actor", "id": ident, "type": "robot", "unit": unit, "owner": "pharmacy-ops"}
        document |= {"purpose": "Carries medication", "state": "active", "contract": contract}
        self.run("apply", "-f", "-", stdin=json.dumps(document))
        code = self.run("actor", "enrol", ident, "--json").json["code"]
        return Robot.enrol(f"http://127.0.0.1:{self.server.port}", code, self.state(ident), f"S-{ident}")

    def state(self, ident: str) -> Path:
        """Where a robot keeps its key."""
        return self._folder / ident

    def come(self, robot: Robot, door: str, side: int = CORRIDOR_SIDE) -> Outcome:
        """The robot presents itself at a reader."""
        return robot.present(self.doors[door].air[side], Place("hospital", door, f"r{side + 1}"), PATIENCE_S)

    def pass_through(self, ident: str, door: str, to_zone: str) -> None:
        """The leaf opens, somebody passes, the leaf shuts; wait until that is known."""
        self.doors[door].open()
        self.happened("door_opened", door=door, actor=ident)
        self.doors[door].close()
        self.happened("passage", door=door, actor=ident, to_zone=to_zone)

    def show(self, ident: str) -> Any:
        """What is known of an actor."""
        return self.run("actor", "show", ident, "--json").json

    def records(self) -> list[dict[str, Any]]:
        """Everything on record."""
        return [json.loads(entry.raw) for entry in reader(self.server.data).read()]

    def happened(self, happening: str, **fields: str) -> dict[str, Any]:
        """Wait until that is on record; returns the last such record."""
        wanted = {"kind": "outcome", "happening": happening, **fields}

        def found() -> list[dict[str, Any]]:
            return [record for record in self.records() if wanted.items() <= record.items()]

        self.until(lambda: bool(found()), str(wanted))
        return found()[-1]

    def _connected(self) -> set[str]:
        listed = self.server.client.get("/v1/points")["items"]
        return {each["id"] for each in listed if each["connected"]}

    def until(self, condition: Any, what: str) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, f"in vain waited until {what}"
            time.sleep(POLL_S)


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    with TemporaryDirectory(prefix="np-") as air:
        doors = {name: SimulatedDoor(bytes(16), Path(air), name=name, install=True) for name in (PHARMACY, LAB)}
        try:
            for door in doors.values():
                # The point gives up root for a user of its own, which must still reach its lines.
                Path(door.path).chmod(0o666)
                door.start()
            folder = tmp_path_factory.mktemp("hospital")
            (folder / "data").mkdir()
            with running_server(folder / "data", free_port()) as server:
                found = Hospital(server, doors, folder)
                found.prepare()
                yield found
        finally:
            for door in doors.values():
                door.stop()
