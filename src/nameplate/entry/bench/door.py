"""From the challenge through the reader to the strike, with the real deciding process, beside bare libosdp."""

import asyncio
import hashlib
import secrets
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nameplate.boot import bus, clocks
from nameplate.boot.doors import measure
from nameplate.boot.paths import Paths
from nameplate.domain.links import Admit, Hello, Welcome
from nameplate.domain.presence import ANSWER_SIZE, VERSION, Place, place_id, read_challenge
from nameplate.entry.point.remote import RemoteDecisionPoint
from nameplate.entry.robot.client import Robot
from nameplate.entry.serve.started import Server, running_core
from nameplate.ports.bus import Peer
from nameplate.ports.decision_point import DecisionPoint

from .workload import free_port

POINT, ACTOR, SERIAL = "bench", "amr-bench", "B-1"
_tasks: list[asyncio.Task[None]] = []


def run(rounds: int, doors: int = 13) -> dict[str, Any]:
    """Milliseconds over `rounds` crossings with so many doors online, beside bare libosdp at the same doors."""
    with tempfile.TemporaryDirectory(prefix="nameplate-bench-") as folder:
        data = Path(folder) / "data"
        data.mkdir()
        with running_core(data, free_port()) as server:
            _declare(server, doors)
            answer = answering(enrolled(server, Path(folder) / "robot"), doors)
            return measure(rounds, doors, lambda _site: connected(server), answer)


def _declare(server: Server, doors: int) -> None:
    """A site with so many doors, one robot that may pass them all, and a point that nobody starts but we."""
    texts = ["kind: Site\nid: bench", "kind: Zone\nid: outside", "kind: Zone\nid: inside", "kind: Team\nid: ops"]
    readers = "readers: [{id: r1, side: outside}, {id: r2, side: inside}]"
    texts += [f"kind: Door\nid: door-{number}\njoins: [outside, inside]\n{readers}" for number in range(doors)]
    texts.append('kind: Contract\nid: all\ngrants: [{actions: [enter], resources: ["zone:*"]}]')
    unit = f"unit: {{manufacturer: Acme, model: T3, serial: {SERIAL}}}"
    texts.append(
        f"kind: Actor\nid: {ACTOR}\ntype: robot\n{unit}\nowner: ops\npurpose: Measures\nstate: active\ncontract: all"
    )
    channels = ", ".join(f'{{door: door-{number}, to: "tcp:127.0.0.1:{20_000 + number}"}}' for number in range(doors))
    texts.append(f"kind: Point\nid: {POINT}\ntype: osdp\nchannels: [{channels}]")
    server.client.post("/v1/apply", {"files": [{"name": "bench.yaml", "text": "\n---\n".join(texts)}]})


def enrolled(server: Server, state: Path) -> Robot:
    """The robot of the benchmark, with a key of its own."""
    code = server.client.post(f"/v1/actors/{ACTOR}/enrolment", {})["code"]
    return Robot.enrol(f"http://127.0.0.1:{server.port}", code, state, SERIAL)


def answering(robot: Robot, doors: int) -> Callable[[bytes], bytes]:
    """The robot's side of a challenge at any of so many doors."""
    places = [Place("bench", f"door-{number}", reader) for number in range(doors) for reader in ("r1", "r2")]
    known = {place_id(place): place for place in places}

    def answer(challenge: bytes) -> bytes:
        # Bare libosdp knows no places and believes anything: there the robot costs nothing.
        place = known.get(read_challenge(challenge).place)
        return robot.answer(challenge, place) if place else bytes([VERSION]) + bytes(ANSWER_SIZE - 1)

    return answer


def connected(server: Server) -> DecisionPoint:
    """The deciding process over its socket, as a point process reaches it. Called on the loop that measures."""
    decisions, token = RemoteDecisionPoint(clocks.wall), secrets.token_urlsafe(16)
    paths = Paths(server.data)

    async def connect() -> None:
        supervisor = await bus.dial(paths.internal)
        await supervisor.call("admit", Admit(POINT, hashlib.sha256(token.encode()).hexdigest()), type(None))
        await bus.stay_connected(paths.points, {}, greet)

    async def greet(peer: Peer) -> None:
        await peer.call("hello", Hello(POINT, token), Welcome)
        decisions.connected(peer)

    loop = asyncio.get_running_loop()
    _tasks.extend((loop.create_task(connect()), loop.create_task(decisions.deliver())))
    return decisions
