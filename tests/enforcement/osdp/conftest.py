"""A door, its controller and a scripted decision point, each over real libosdp."""

import asyncio
import os
import select
import threading
import time
import tty
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from nameplate.domain.errors import Unavailable
from nameplate.domain.outcomes import Happening, Outcome
from nameplate.domain.places import Door, Reader
from nameplate.domain.points import Channel, Point
from nameplate.domain.presence import ANSWER_SIZE, CHALLENGE_SIZE
from nameplate.domain.verdicts import Decision, Reason, Verdict
from nameplate.enforcement.osdp import OsdpPoint
from nameplate.enforcement.osdp.air import Told, approach
from nameplate.enforcement.osdp.settings import OsdpSettings
from nameplate.enforcement.osdp.sim import FIRE_INPUT, SimulatedDoor

KEY = bytes(range(16))
CHALLENGE = bytes([1]) + bytes(CHALLENGE_SIZE - 1)
ANSWER = bytes([1]) + bytes(ANSWER_SIZE - 1)
PATIENCE_S = 15.0


def clock() -> int:
    """Microseconds since the epoch."""
    return time.time_ns() // 1000


class ScriptedDecisions:
    """A decision point that says what the test told it to say."""

    def __init__(self) -> None:
        self.permit = True
        self.reason = Reason.GRANTED
        self.actor = "amr-17"
        self.lifetime_us = 5_000_000
        self.obligations: dict[str, Any] = {}
        self.online = True
        self.presented: list[tuple[str, str, bytes]] = []
        self.outcomes: list[Outcome] = []
        self.before_answer: Callable[[], Awaitable[None]] | None = None
        self.asked = asyncio.Event()
        self._news = asyncio.Event()

    async def challenge(self, door: str, reader: str) -> bytes:
        """A challenge that is no secret."""
        del door, reader
        self._require_online()
        return CHALLENGE

    async def present(self, door: str, reader: str, answer: bytes) -> Decision:
        """The scripted decision."""
        self._require_online()
        self.presented.append((door, reader, answer))
        self.asked.set()
        now = clock()
        verdict = Verdict(self.permit, self.reason, (self.reason.value,))
        decision = Decision(verdict, "d-1", now, now + self.lifetime_us, self.actor, self.obligations)
        if self.before_answer is not None:
            await self.before_answer()
        return decision

    def report(self, outcome: Outcome) -> None:
        """Keep it and tell whoever waits."""
        self.outcomes.append(outcome)
        self._news.set()

    def seen(self, happening: Happening) -> list[Outcome]:
        """All outcomes of that kind so far."""
        return [outcome for outcome in self.outcomes if outcome.happening is happening]

    async def wait_for(self, happening: Happening, count: int = 1) -> Outcome:
        """Wait until there are so many of that kind; returns the last of them."""
        async with asyncio.timeout(PATIENCE_S):
            while len(self.seen(happening)) < count:
                self._news.clear()
                await self._news.wait()
        return self.seen(happening)[count - 1]

    def _require_online(self) -> None:
        if not self.online:
            raise Unavailable("unreachable", "The deciding process is away.")


class Site:
    """One door with its controller, running."""

    def __init__(self, sim: SimulatedDoor, point: OsdpPoint, decisions: ScriptedDecisions) -> None:
        self.sim, self.point, self.decisions = sim, point, decisions
        self._loop, self._commanded = asyncio.get_running_loop(), asyncio.Event()
        sim.on_command = self._tell

    def _tell(self, command: dict[str, Any]) -> None:
        del command
        self._loop.call_soon_threadsafe(self._commanded.set)

    async def command(self, kind: int) -> None:
        """Wait until the door has been given such a command."""
        async with asyncio.timeout(PATIENCE_S):
            while all(each["command"] != kind for each in self.sim.commands):
                self._commanded.clear()
                await self._commanded.wait()

    async def come(self, reader_no: int = 0, answer: bytes = ANSWER) -> Told:
        """A robot presents at a reader and answers as given."""
        async with asyncio.timeout(PATIENCE_S):
            return await approach(self.sim.air[reader_no], lambda _: answer)


class Tap(threading.Thread):
    """A person with pliers: sits between the control panel and the door, hears everything, may add to it."""

    def __init__(self, far: str) -> None:
        super().__init__(daemon=True)
        self._far = os.open(far, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._far)
        self._near, self._slave = os.openpty()
        tty.setraw(self._slave)
        self.path = os.ttyname(self._slave)
        self.to_door: list[bytes] = []
        self.to_panel: list[bytes] = []
        self.cut = False
        self._ending = False

    def run(self) -> None:
        """Carry bytes both ways until stopped."""
        while not self._ending:
            for fd in select.select([self._near, self._far], [], [], 0.02)[0]:
                data = os.read(fd, 4096)
                if self.cut:
                    continue
                (self.to_door if fd == self._near else self.to_panel).append(data)
                os.write(self._far if fd == self._near else self._near, data)

    def inject_to_door(self, data: bytes) -> None:
        """Say something to the door."""
        os.write(self._far, data)

    def inject_to_panel(self, data: bytes) -> None:
        """Say something to the control panel."""
        os.write(self._near, data)

    def stop(self) -> None:
        """Leave."""
        self._ending = True
        self.join()
        for fd in (self._far, self._near, self._slave):
            os.close(fd)


@pytest.fixture
def tap() -> Iterator[Callable[[str], Tap]]:
    """Puts a tap on the line of a door."""
    taps: list[Tap] = []

    def put(path: str) -> Tap:
        taps.append(Tap(path))
        taps[-1].start()
        return taps[-1]

    yield put
    for each in taps:
        each.stop()


@pytest.fixture
def running(tmp_path: Path) -> Callable[..., Any]:
    """`async with running(...) as site`: a door that is online, unless told not to wait."""

    @asynccontextmanager
    async def run(
        *,
        to: Callable[[SimulatedDoor], str] = lambda sim: f"pty:{sim.path}",
        reader_key: bytes = KEY,
        wait: bool = True,
        strike_s: float = 0.5,
        pass_s: float = 15.0,
        settings: OsdpSettings | None = None,
        pace: tuple[int, float] | None = None,
        **hardware: Any,
    ) -> AsyncIterator[Site]:
        door = Door("D1", "here", ("corridor", "pharmacy"), (Reader("r1", "corridor"), Reader("r2", "pharmacy")))
        burning = hardware.pop("burning", None)
        with SimulatedDoor(reader_key, tmp_path, **hardware) as sim:
            if pace:
                sim.electronics.pace(*pace)
            channel = Channel("D1", to(sim), strike_s=strike_s, pass_s=pass_s)
            if burning is not None:
                channel = replace(channel, fire_input=FIRE_INPUT)
            fires = {"D1"} if burning else set[str]()
            decisions = ScriptedDecisions()
            spec = Point("p1", "osdp", "here", (channel,))
            point = OsdpPoint(spec, {"D1": door}, {"D1": KEY}, decisions, clock, time.monotonic, settings, fires)
            ending = asyncio.Event()
            task = asyncio.create_task(point.run(ending))
            try:
                if wait:
                    await decisions.wait_for(Happening.READER_ONLINE)
                yield Site(sim, point, decisions)
            finally:
                ending.set()
                await task

    return run
