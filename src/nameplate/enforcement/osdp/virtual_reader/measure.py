"""How long a panel waits for a card: from a robot presenting itself at our reader to the panel having its number.

Beside it stand the same two hops over the same lines with bare libosdp and nothing of Nameplate in the path.
"""

import asyncio
import multiprocessing
import os
import secrets
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import osdp
from osdp.control_panel import osdp_sys

from nameplate.domain.cards import CardNumber, presented
from nameplate.domain.outcomes import Happening, Outcome
from nameplate.domain.places import Door, Reader
from nameplate.domain.points import Channel, PanelPort, Point
from nameplate.domain.presence import ANSWER_SIZE, VERSION
from nameplate.domain.verdicts import Decision
from nameplate.enforcement.osdp.air import approach
from nameplate.enforcement.osdp.mapping import result
from nameplate.enforcement.osdp.measure import (
    BARE_REFRESH_S,
    ROUND_LIMIT_S,
    AlwaysYes,
    BareChannel,
    BareLibosdp,
    summary,
)
from nameplate.enforcement.osdp.sim import SimulatedDoor
from nameplate.enforcement.osdp.wire import AUTH_RESPONSE
from nameplate.ports.decision_point import DecisionPoint

from .mapping import CardBits, card_read
from .point import PanelPoint
from .sim import SimulatedPanel

DOOR, READER = "door-0", "r1"
PORT = f"{DOOR}/{READER}"
KEY_NAME = "bench-panel"
_NUMBER = CardNumber("wiegand-26", 12, 1001)
_SITE_DOOR = Door(DOOR, "bench", ("outside", "inside"), (Reader(READER, "outside"), Reader("r2", "inside")))

Answer = Callable[[bytes], bytes]
Decides = Callable[[], DecisionPoint]


class PermitsWithCard(AlwaysYes):
    """Permits at once, with a card number: what is left is the lines' own time."""

    async def present(self, door: str, reader: str, answer: bytes) -> Decision:
        """Permit."""
        decision = await super().present(door, reader, answer)
        return decision._replace(obligations={"card": presented(_NUMBER)._asdict()})


class _Watching:
    """Passes everything on, and knows when both lines are up."""

    def __init__(self, inner: DecisionPoint) -> None:
        self._inner, self._missing = inner, {Happening.READER_ONLINE, Happening.PANEL_ONLINE}
        self.up = asyncio.Event()
        self.challenge, self.present = inner.challenge, inner.present

    @property
    def online(self) -> bool:
        """Whether the deciding process can be reached now."""
        return self._inner.online

    def report(self, outcome: Outcome) -> None:
        """Pass on."""
        self._inner.report(outcome)
        self._missing.discard(outcome.happening)
        if not self._missing:
            self.up.set()


class _Hardware:
    """Our reader and the panel in a process of their own."""

    def __init__(self, folder: Path) -> None:
        self.door_key, self.panel_key = secrets.token_bytes(16), secrets.token_bytes(16)
        self.near, far = multiprocessing.Pipe()
        arguments = (far, self.door_key, self.panel_key, str(folder))
        self._process = multiprocessing.get_context("spawn").Process(target=_be_hardware, args=arguments, daemon=True)
        self._process.start()
        self.door_path, self.panel_path = self.near.recv()
        self.air = folder / f"{DOOR}-0.sock"

    def read_at(self) -> float:
        """When the panel has read a card, in monotonic seconds; waits for it."""
        if not self.near.poll(ROUND_LIMIT_S):
            raise TimeoutError("the panel has read nothing")
        return float(self.near.recv())

    def close(self) -> None:
        """Power off."""
        self.near.send("off")
        self._process.join(ROUND_LIMIT_S)


def measure(rounds: int, decides: Decides | None = None, answer: Answer | None = None) -> dict[str, Any]:
    """Measure so many presentations. Milliseconds. `decides()`: who decides; at once and always yes by default."""
    answer = answer or (lambda _: bytes([VERSION]) + bytes(ANSWER_SIZE - 1))
    with tempfile.TemporaryDirectory() as folder, _hardware(Path(folder)) as hardware:
        bare = asyncio.run(_measure_bare(hardware, rounds))
        ours = asyncio.run(_measure_ours(hardware, rounds, decides, answer))
    figures = {"nameplate": summary(ours), "bare_libosdp": summary(bare)}
    ratio = figures["nameplate"]["p50_ms"] / figures["bare_libosdp"]["p50_ms"]
    return {**figures, "ratio_p50": round(ratio, 2), "rounds": rounds}


@contextmanager
def _hardware(folder: Path) -> Iterator[_Hardware]:
    hardware = _Hardware(folder)
    try:
        yield hardware
    finally:
        hardware.close()


async def _measure_ours(hardware: _Hardware, rounds: int, decides: Decides | None, answer: Answer) -> list[float]:
    decisions, ending = _Watching(decides() if decides else PermitsWithCard()), asyncio.Event()
    port = PanelPort(READER, f"pty:{hardware.panel_path}", KEY_NAME)
    channel = Channel(DOOR, f"pty:{hardware.door_path}", strike_s=0.1, panel=(port,))
    spec, credentials = Point("bench", "osdp-panel", "bench", (channel,)), {KEY_NAME: hardware.panel_key.hex().encode()}
    keys = {DOOR: hardware.door_key}
    point = PanelPoint(spec, {DOOR: _SITE_DOOR}, keys, credentials, decisions, _clock, time.monotonic)
    running = asyncio.create_task(point.run(ending))
    try:
        async with asyncio.timeout(ROUND_LIMIT_S):
            await decisions.up.wait()
        return await _presentations(hardware, rounds, answer)
    finally:
        ending.set()
        await running


async def _measure_bare(hardware: _Hardware, rounds: int) -> list[float]:
    bare = BareBridge(hardware.door_path, hardware.door_key, hardware.panel_path, hardware.panel_key)
    refreshing = asyncio.create_task(bare.refresh_for_ever())
    try:
        async with asyncio.timeout(ROUND_LIMIT_S):
            await bare.all_online.wait()
        return await _presentations(hardware, rounds, lambda _: bytes([VERSION]) + bytes(ANSWER_SIZE - 1))
    finally:
        refreshing.cancel()
        bare.close()


async def _presentations(hardware: _Hardware, rounds: int, answer: Answer) -> list[float]:
    times = []
    for _ in range(rounds):
        began = time.monotonic()
        async with asyncio.timeout(ROUND_LIMIT_S):
            told = await approach(hardware.air, answer)
        if not told.permit:
            raise RuntimeError(f"the robot was refused: {told.reason}")
        times.append((await asyncio.to_thread(hardware.read_at) - began) * 1000)
        # In step with the poll would flatter or punish.
        await asyncio.sleep(secrets.randbelow(50) / 1000)
    return times


class BareBridge(BareLibosdp):
    """Challenges, then presents a card without asking anybody: libosdp's own time."""

    def __init__(self, door_path: str, door_key: bytes, panel_path: str, panel_key: bytes) -> None:
        super().__init__([(door_path, door_key)])
        self._far = BareChannel(panel_path)
        about = osdp.PDInfo(0, self._far, panel_key, flags=[osdp.LibFlag.EnforceSecure]).get()
        wanted = [(osdp.Capability.CommunicationSecurity, 1, 1), (osdp.Capability.Readers, 1, 1)]
        self._device = osdp_sys.PeripheralDevice(about, capabilities=osdp.PDCapabilities(wanted).get())
        shown = presented(_NUMBER)
        self._card = card_read(CardBits(wiegand=True, bits=shown.bits, data=bytes.fromhex(shown.data)))

    async def refresh_for_ever(self) -> None:
        """Refresh both ends by the clock alone."""
        while True:
            self._panel.refresh()
            self._device.refresh()
            if self._panel.sc_status() and self._device.is_sc_active():
                self.all_online.set()
            await asyncio.sleep(BARE_REFRESH_S)

    def close(self) -> None:
        """Let go of the lines."""
        super().close()
        os.close(self._far.fd)

    def _on_event(self, index: int, event: dict[str, Any]) -> int:
        if event.get("data", b"")[:1] != bytes([AUTH_RESPONSE]):
            return super()._on_event(index, event)
        self._device.submit_event(self._card)
        self._panel.submit_command(index, result(0, ""))
        return 0


def _be_hardware(far: Connection, door_key: bytes, panel_key: bytes, folder: str) -> None:
    with (
        SimulatedDoor(door_key, Path(folder), name=DOOR) as door,
        SimulatedPanel({PORT: panel_key}, {_NUMBER.id}) as panel,
    ):
        panel.on_read = lambda read: far.send(read.at)
        far.send((door.path, panel.paths[PORT]))
        far.recv()


def _clock() -> int:
    return time.time_ns() // 1000
