"""How long a robot waits at a door: from presenting itself at the reader to the strike, with many doors online.

Beside it stands the same exchange over the same readers with bare libosdp and nothing of Nameplate in the path.
"""

import asyncio
import multiprocessing
import os
import secrets
import statistics
import tempfile
import time
import tty
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import osdp
from osdp.control_panel import osdp_sys

from nameplate.domain.outcomes import Happening, Outcome
from nameplate.domain.places import Door, Reader
from nameplate.domain.points import Channel, Point
from nameplate.domain.presence import ANSWER_SIZE, CHALLENGE_SIZE, VERSION
from nameplate.domain.verdicts import Decision, Reason, Verdict
from nameplate.ports.decision_point import DecisionPoint

from .air import approach
from .mapping import challenge, result, strike
from .point import OsdpPoint
from .sim import SimulatedDoor
from .wire import AUTH_RESPONSE, CARD_PRESENT

ROUND_LIMIT_S = 20.0
# The pace at which bare libosdp did best in the measurements behind this project.
BARE_REFRESH_S = 0.002
PERMIT_US = 5_000_000
_CHALLENGE = bytes([VERSION]) + bytes(CHALLENGE_SIZE - 1)
_ANSWER = bytes([VERSION]) + bytes(ANSWER_SIZE - 1)

Answer = Callable[[bytes], bytes]
Decides = Callable[[Sequence[Door]], DecisionPoint]


class AlwaysYes:
    """A decision point that permits at once: what is left is the door's own time."""

    online = True

    async def challenge(self, door: str, reader: str) -> bytes:
        """A constant challenge."""
        del door, reader
        return _CHALLENGE

    async def present(self, door: str, reader: str, answer: bytes) -> Decision:
        """Permit."""
        del door, reader, answer
        now = _clock()
        return Decision(Verdict(permit=True, reason=Reason.GRANTED, reasons=()), "bench", now, now + PERMIT_US, "bench")

    def report(self, outcome: Outcome) -> None:
        """Nobody is interested."""


class Reporting:
    """Passes everything on to another decision point and counts the doors that are online."""

    def __init__(self, inner: DecisionPoint, doors: int) -> None:
        self._inner, self._missing = inner, doors
        self.all_online = asyncio.Event()
        self.challenge, self.present = inner.challenge, inner.present

    @property
    def online(self) -> bool:
        """Whether the deciding process can be reached now."""
        return self._inner.online

    def report(self, outcome: Outcome) -> None:
        """Pass on; notice a reader that came up."""
        self._inner.report(outcome)
        self._missing -= outcome.happening is Happening.READER_ONLINE
        if self._missing <= 0:
            self.all_online.set()


class Hardware:
    """Simulated doors in a process of their own, as real ones have electronics of their own."""

    def __init__(self, doors: Sequence[Door], folder: Path) -> None:
        self.keys = {door.id: secrets.token_bytes(16) for door in doors}
        self._near, far = multiprocessing.Pipe()
        arguments = (far, list(self.keys.items()), str(folder))
        self._process = multiprocessing.get_context("spawn").Process(target=_be_hardware, args=arguments, daemon=True)
        self._process.start()
        self.paths: dict[str, str] = self._near.recv()
        self.folder = folder

    def air(self, door: str) -> Path:
        """Where robots stand at the first reader of `door`."""
        return self.folder / f"{door}-0.sock"

    def struck_at(self, door: str) -> float:
        """When the strike of `door` was last released, in monotonic seconds; waits for it."""
        while True:
            if not self._near.poll(ROUND_LIMIT_S):
                raise TimeoutError(door)
            struck, at = self._near.recv()
            if struck == door:
                return float(at)

    def close(self) -> None:
        """Power off."""
        self._near.send("off")
        self._process.join(ROUND_LIMIT_S)


def measure(
    rounds: int, doors: int = 13, decision_point: Decides | None = None, answer: Answer | None = None
) -> dict[str, Any]:
    """Measure `rounds` crossings, door after door. Milliseconds; `answer` is the robot's side of a challenge.

    `decision_point(doors)`: who decides; at once and always yes where it is not given.
    """
    site, answer = _doors(doors), answer or _constant
    with tempfile.TemporaryDirectory() as folder, _hardware(site, Path(folder)) as hardware:
        bare = asyncio.run(_measure_bare(hardware, site, rounds, answer))
        ours, processor = asyncio.run(_measure_ours(hardware, site, rounds, decision_point, answer))
    figures = {"nameplate": summary(ours), "bare_libosdp": summary(bare)}
    ratio = figures["nameplate"]["p50_ms"] / figures["bare_libosdp"]["p50_ms"]
    return {**figures, "ratio_p50": round(ratio, 2), "doors": doors, "rounds": rounds, "cpu_share": round(processor, 3)}


@contextmanager
def _hardware(site: Sequence[Door], folder: Path) -> Iterator[Hardware]:
    hardware = Hardware(site, folder)
    try:
        yield hardware
    finally:
        hardware.close()


async def _measure_ours(
    hardware: Hardware,
    site: Sequence[Door],
    rounds: int,
    decision_point: Decides | None,
    answer: Answer,
) -> tuple[list[float], float]:
    inner: DecisionPoint = decision_point(site) if decision_point else AlwaysYes()
    decisions, ending = Reporting(inner, len(site)), asyncio.Event()
    spec = Point(
        "bench",
        "osdp",
        "bench",
        tuple(Channel(door.id, f"pty:{hardware.paths[door.id]}", strike_s=0.1) for door in site),
    )
    point = OsdpPoint(spec, {door.id: door for door in site}, hardware.keys, decisions, _clock, time.monotonic)
    running = asyncio.create_task(point.run(ending))
    try:
        async with asyncio.timeout(ROUND_LIMIT_S):
            await decisions.all_online.wait()
        began, used = time.monotonic(), time.process_time()
        times = await _crossings(hardware, site, rounds, answer)
        return times, (time.process_time() - used) / (time.monotonic() - began)
    finally:
        ending.set()
        await running


async def _crossings(hardware: Hardware, site: Sequence[Door], rounds: int, answer: Answer) -> list[float]:
    times = []
    for number in range(rounds):
        door = site[number % len(site)].id
        began = time.monotonic()
        async with asyncio.timeout(ROUND_LIMIT_S):
            await approach(hardware.air(door), answer)
        times.append((await asyncio.to_thread(hardware.struck_at, door) - began) * 1000)
        # Door after door in step with the poll would flatter or punish.
        await asyncio.sleep(secrets.randbelow(50) / 1000)
    return times


async def _measure_bare(hardware: Hardware, site: Sequence[Door], rounds: int, answer: Answer) -> list[float]:
    bare = BareLibosdp([(hardware.paths[door.id], hardware.keys[door.id]) for door in site])
    refreshing = asyncio.create_task(bare.refresh_for_ever())
    try:
        async with asyncio.timeout(ROUND_LIMIT_S):
            await bare.all_online.wait()
        return await _crossings(hardware, site, rounds, answer)
    finally:
        refreshing.cancel()
        bare.close()


class BareLibosdp:
    """A control panel that challenges and releases without asking anybody: libosdp's own time."""

    def __init__(self, lines: Sequence[tuple[str, bytes]]) -> None:
        osdp_sys.set_loglevel(osdp_sys.LOG_EMERG)
        self.all_online = asyncio.Event()
        self._everyone = (1 << len(lines)) - 1
        self._channels = [BareChannel(path) for path, _ in lines]
        flags = [osdp.LibFlag.EnforceSecure]
        readers = [
            osdp.PDInfo(0, channel, key, flags=flags).get()
            for channel, (_, key) in zip(self._channels, lines, strict=True)
        ]
        self._panel = osdp_sys.ControlPanel(readers)
        self._panel.set_event_callback(self._on_event)

    async def refresh_for_ever(self) -> None:
        """Refresh by the clock alone, as its own examples do."""
        while True:
            self._panel.refresh()
            if self._panel.sc_status() == self._everyone:
                self.all_online.set()
            await asyncio.sleep(BARE_REFRESH_S)

    def close(self) -> None:
        """Let go of the lines."""
        for channel in self._channels:
            os.close(channel.fd)

    def _on_event(self, index: int, event: dict[str, Any]) -> int:
        data = event.get("data", b"")
        if data[:1] == bytes([CARD_PRESENT]):
            self._panel.submit_command(index, challenge(0, _CHALLENGE))
        elif data[:1] == bytes([AUTH_RESPONSE]):
            self._panel.submit_command(index, strike(0.1))
            self._panel.submit_command(index, result(0, ""))
        return 0


class BareChannel(osdp.Channel):  # type: ignore[misc]
    """The plainest channel over a pseudo terminal."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.fd = os.open(path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        tty.setraw(self.fd)

    def read(self, max_bytes: int) -> bytes:
        """What is there."""
        try:
            return os.read(self.fd, max_bytes)
        except BlockingIOError:
            return b""

    def write(self, buf: bytes) -> int:
        """Send."""
        return os.write(self.fd, buf)

    def flush(self) -> None:
        """Nothing is held."""


def _be_hardware(far: Connection, keys: Sequence[tuple[str, bytes]], folder: str) -> None:
    doors = {name: SimulatedDoor(key, Path(folder), name=name) for name, key in keys}
    for name, door in doors.items():
        door.on_strike = lambda struck, name=name: far.send((name, struck.at))  # type: ignore[misc]
        door.start()
    far.send({name: door.path for name, door in doors.items()})
    far.recv()
    for door in doors.values():
        door.stop()


def _doors(count: int) -> tuple[Door, ...]:
    readers = (Reader("r1", "outside"), Reader("r2", "inside"))
    return tuple(Door(f"door-{number}", "bench", ("outside", "inside"), readers) for number in range(count))


def summary(times: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and maximum of so many milliseconds."""
    cuts = statistics.quantiles(times, n=20, method="inclusive")
    return {"p50_ms": round(cuts[9], 1), "p95_ms": round(cuts[18], 1), "max_ms": round(max(times), 1)}


def _constant(challenge: bytes) -> bytes:
    del challenge
    return _ANSWER


def _clock() -> int:
    return time.time_ns() // 1000
