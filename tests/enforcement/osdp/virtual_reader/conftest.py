"""A door whose strike belongs to a panel: our reader, a bridge and the panel, each over real libosdp."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from nameplate.domain.cards import CardNumber, presented
from nameplate.domain.outcomes import Happening
from nameplate.domain.places import Door, Reader
from nameplate.domain.points import Channel, PanelPort, Point
from nameplate.domain.verdicts import Decision
from nameplate.enforcement.osdp.air import Told, approach
from nameplate.enforcement.osdp.sim import SimulatedDoor
from nameplate.enforcement.osdp.virtual_reader import PanelPoint, PanelSettings
from nameplate.enforcement.osdp.virtual_reader.sim import SimulatedPanel
from tests.enforcement.osdp.conftest import ANSWER, KEY, PATIENCE_S, ScriptedDecisions, clock

PANEL_KEY = bytes(range(16, 32))
NUMBER = CardNumber("wiegand-26", 12, 1001)
PORT = "D1/r1"


class CardDecisions(ScriptedDecisions):
    """A decision point that gives the unit's number along with its permits."""

    card: dict[str, Any] | None = presented(NUMBER)._asdict()

    async def present(self, door: str, reader: str, answer: bytes) -> Decision:
        """The scripted decision."""
        decision = await super().present(door, reader, answer)
        return decision._replace(obligations={} if self.card is None else {"card": self.card})


class Bridged:
    """The three parties, running."""

    def __init__(self, door: SimulatedDoor, panel: SimulatedPanel, point: PanelPoint, decisions: CardDecisions) -> None:
        self.door, self.panel, self.point, self.decisions = door, panel, point, decisions

    async def come(self, reader_no: int = 0) -> Told:
        """A robot presents at our reader."""
        async with asyncio.timeout(PATIENCE_S):
            return await approach(self.door.air[reader_no], lambda _: ANSWER)

    @property
    def cards(self) -> list[str]:
        """What the panel has read so far."""
        return [read.card for read in self.panel.reads]


async def until(reached: Callable[[], object]) -> None:
    """Wait until that is so."""
    async with asyncio.timeout(PATIENCE_S):
        while not reached():  # noqa: ASYNC110 - seen by another thread
            await asyncio.sleep(0.01)


@pytest.fixture
def bridged(tmp_path: Path) -> Callable[..., Any]:
    """`async with bridged(...) as site`: all lines are up, unless told not to wait."""

    @asynccontextmanager
    async def run(
        *,
        to: Callable[[str], str] = lambda path: f"pty:{path}",
        key: bytes = PANEL_KEY,
        wait: bool = True,
        settings: PanelSettings | None = None,
        cards: tuple[str, ...] = (NUMBER.id,),
        lights: dict[str, Any] | None = None,
        **panel_is: Any,
    ) -> AsyncIterator[Bridged]:
        door = Door("D1", "here", ("corridor", "pharmacy"), (Reader("r1", "corridor"), Reader("r2", "pharmacy")))
        with (
            SimulatedDoor(KEY, tmp_path) as reader,
            SimulatedPanel({PORT: PANEL_KEY}, cards, feed=tmp_path / "feed.csv", **panel_is) as panel,
        ):
            port = PanelPort("r1", to(panel.paths[PORT]), "panel-key", **(lights or {}))
            channel = Channel("D1", f"pty:{reader.path}", strike_s=0.5, panel=(port,))
            decisions, ending = CardDecisions(), asyncio.Event()
            point = PanelPoint(
                Point("p1", "osdp-panel", "here", (channel,)),
                {"D1": door},
                {"D1": KEY},
                {"panel-key": key.hex().encode() + b"\n"},
                decisions,
                clock,
                time.monotonic,
                settings,
            )
            task = asyncio.create_task(point.run(ending))
            try:
                if wait:
                    await decisions.wait_for(Happening.READER_ONLINE)
                    await decisions.wait_for(Happening.PANEL_ONLINE)
                    await until(lambda: panel.secure(PORT))
                yield Bridged(reader, panel, point, decisions)
            finally:
                ending.set()
                await task

    return run
