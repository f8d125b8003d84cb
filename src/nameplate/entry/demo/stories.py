"""What happens at the site beside everyday work: people give orders, thieves try, doors are abused.

Each story waits for what it needs to see in the journal, so that it goes the same way on a slow machine.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

from nameplate.boot.simulation import Crossing

from . import fleet
from .attacks import Relay, clone, replay
from .stage import Stage
from .walker import reader_on

SOON_S = 30.0
MOMENT_S = 1.0
PHARMACY = Crossing("L1-pharmacy-entrance", "L1-corridor-north", "L1-pharmacy")
WARD_B = Crossing("L1-ward-b-entrance", "L1-corridor-south", "L1-ward-b")

Story = Callable[[Stage], Awaitable[None]]


async def tampering(stage: Stage) -> None:
    """Somebody lifts a reader off the wall."""
    door = stage.hardware.doors["L1-server-room-entrance"]
    door.tamper(active=True)
    await asyncio.sleep(MOMENT_S)
    door.tamper(active=False)


async def repair(stage: Stage) -> None:
    """A robot goes for repair, comes back, and is let in again only with a new key."""
    robot = "amr-14"
    await stage.order("repair", "A drive wheel slips.", robot)
    await _refused(stage, robot, "state")
    await asyncio.sleep(MOMENT_S)
    await stage.order("activate", "The wheel was replaced.", robot)
    stage.help(robot)
    await _refused(stage, robot, "cut_off")
    await stage.enrol(robot)
    stage.help(robot)
    await stage.journal.until(f"{robot} to be back", lambda watch: watch.permitted(robot), SOON_S)


async def relay_and_replay(stage: Stage) -> None:
    """A thief carries the answer of a robot at the ward to the pharmacy, and later plays it again."""
    victim, place = stage.walkers["tug-23"], reader_on(stage.floor, WARD_B)[0]
    reader, rogue = _air(stage, PHARMACY), stage.folder / "rogue.sock"
    queue = stage.hardware.queues[PHARMACY.door]
    with Relay(reader, rogue, pretend=place) as relay:
        async with queue:
            victim.traps[place] = rogue
            await stage.journal.until("the relay", lambda watch: watch.found("relay"), SOON_S)
    async with queue:
        await asyncio.to_thread(replay, reader, relay.recorded[0])


async def cloning(stage: Stage) -> None:
    """A thief copies a robot's storage, key and all, and shows the copy at the pharmacy."""
    victim, last = "amr-13", stage.journal.watch.last
    copy, before = clone(stage.folder / victim, stage.folder / "copy"), last.get(victim)
    await stage.journal.until(f"{victim} to show itself", lambda _: last.get(victim) is not before, SOON_S)
    place, _ = reader_on(stage.floor, PHARMACY)
    async with stage.hardware.queues[PHARMACY.door]:
        await asyncio.to_thread(copy.present, _air(stage, PHARMACY), place)
    await stage.journal.until("the quarantine", lambda watch: watch.found("cloned_key"), SOON_S)


async def forcing(stage: Stage) -> None:
    """Somebody opens a door with a crowbar."""
    async with stage.hardware.queues["L1-lobby-entrance"]:
        door = stage.hardware.doors["L1-lobby-entrance"]
        door.open()
        await asyncio.sleep(MOMENT_S)
        door.close()


async def holding(stage: Stage) -> None:
    """A robot stops in a doorway."""
    stage.walkers["tug-21"].dawdle_s = 4.0


async def suspension(stage: Stage) -> None:
    """A maker reports a fault in a model: all units of it are stopped with one order, and later let go again."""
    units = [walker.member.id for walker in stage.walkers.values() if walker.member.role.model == "C2"]
    await stage.order("suspend", "The maker reports a fault of the brakes.", where={"model": "C2"})
    for unit in units:
        await _refused(stage, unit, "state")
    await asyncio.sleep(MOMENT_S)
    for unit in units:
        await stage.order("activate", "The maker has mended it.", unit)
        await stage.enrol(unit)
        stage.help(unit)


async def upstream(stage: Stage) -> None:
    """Somebody who knows nothing of doors disables a robot in the company's identity system, and later enables it."""
    robot = fleet.GOVERNED
    await asyncio.to_thread(stage.company.switch, robot, active=False)
    await _refused(stage, robot, "state")
    await asyncio.sleep(MOMENT_S)
    await asyncio.to_thread(stage.company.switch, robot, active=True)
    await stage.enrol(robot)
    stage.help(robot)


async def retirement(stage: Stage) -> None:
    """A robot has come to the end of its life."""
    await stage.order("retire", "Sold; its key must never work again.", "tug-24")


STORIES: tuple[tuple[float, Story], ...] = (
    (0.0, relay_and_replay),
    (1.0, holding),
    (2.0, repair),
    (3.0, tampering),
    (4.0, cloning),
    (5.5, forcing),
    (7.0, suspension),
    (8.5, retirement),
    (9.0, upstream),
)
"""When each begins, in seconds."""


async def _refused(stage: Stage, robot: str, reason: str) -> None:
    await stage.journal.until(f"{robot} to be refused: {reason}", lambda watch: watch.refused(robot, reason), SOON_S)


def _air(stage: Stage, crossing: Crossing) -> Path:
    return stage.hardware.air(crossing.door, reader_on(stage.floor, crossing)[1])


async def tell(stage: Stage, start: float, story: Story) -> None:
    """Tell one story in its time."""
    await asyncio.sleep(start)
    await story(stage)
