import asyncio
import time
from contextlib import asynccontextmanager

from nameplate.boot import robot as wiring
from nameplate.domain.places import Door, Reader
from nameplate.domain.presence import key_handle
from nameplate.entry.demo.attacks import RogueReader
from nameplate.entry.demo.fleet import RUNNER, SITE, Member
from nameplate.entry.demo.hardware import Hardware
from nameplate.entry.demo.walker import Walker, reader_on
from nameplate.entry.demo.ways import legs
from nameplate.entry.robot import Outcome, Robot
from nameplate.flows.identify import Presentations, Records
from nameplate.keys.p256 import P256Agreement
from nameplate.ports.agreement import UnitIdentity

DOOR = "L1-pharmacy-entrance"
MEMBER = Member("A", "amr-11", RUNNER, "T3-0011", "corridor_north", ("pharmacy", "lab"))


def pharmacy_crossing(floor):
    return next(leg.crossing for leg in legs(floor, "corridor_north", "pharmacy") if leg.crossing)


def challenger(floor):
    """Real challenges for the reader before the pharmacy."""
    place, _ = reader_on(floor, pharmacy_crossing(floor))
    door = Door(DOOR, SITE, ("L1-corridor-north", "L1-pharmacy"), (Reader(place.reader, "L1-corridor-north"),))
    records = Records({DOOR: door}.get, lambda: (door,), lambda _: None, lambda _: None)
    return Presentations(P256Agreement(), records, time.monotonic), place


@asynccontextmanager
async def walking(floor, folder, told):
    """A robot on its way to the pharmacy, before which hangs a reader that says `told` and has no controller."""
    key = wiring.fresh_key(folder / "robot")
    robot = Robot(key.bind(UnitIdentity("amr-11", SITE, "T3-0011", key_handle(key.public))))
    judge, place = challenger(floor)
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()

    def answer(_: bytes) -> Outcome:
        loop.call_soon_threadsafe(asked.set)
        return told

    with (
        Hardware(floor.lane_doors, folder / "doors") as hardware,
        RogueReader(folder / "reader", lambda: judge.challenge(place.door, place.reader), answer),
    ):
        walker = Walker(MEMBER, robot, floor, hardware)
        walker.traps[place] = folder / "reader"
        task = asyncio.create_task(walker.live())
        try:
            async with asyncio.timeout(30):
                await asked.wait()
                yield walker, hardware, task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def until(holds):
    while not holds():  # noqa: ASYNC110 - where a robot stands follows from the clock: there is no event
        await asyncio.sleep(0.01)


def test_a_refused_robot_turns_back_and_drives_elsewhere(floor, tmp_path):
    async def main():
        async with walking(floor, tmp_path, Outcome(permit=False, reason="not_in_contract")) as (
            walker,
            hardware,
            task,
        ):
            leg = next(leg for leg in legs(floor, "corridor_north", "pharmacy") if leg.crossing)
            await until(lambda: walker.at != leg.before)
            assert not task.done()
            assert not hardware.queues[DOOR].locked()
            assert walker.at.y >= leg.before.y

    asyncio.run(main())


def test_a_stopped_robot_stays_until_somebody_sees_to_it(floor, tmp_path):
    async def main():
        async with walking(floor, tmp_path, Outcome(permit=False, reason="state")) as (walker, hardware, _):
            before = next(leg for leg in legs(floor, "corridor_north", "pharmacy") if leg.crossing).before
            async with hardware.queues[DOOR]:
                assert walker.at == before
            walker.helped.set()
            await until(lambda: not walker.helped.is_set())
            assert walker.at == before

    asyncio.run(main())


def test_a_reader_that_only_says_permit_moves_no_leaf(floor, tmp_path):
    async def main():
        async with walking(floor, tmp_path, Outcome(permit=True, reason="granted")) as (walker, hardware, _):
            leg = next(leg for leg in legs(floor, "corridor_north", "pharmacy") if leg.crossing)
            await until(lambda: walker.at != leg.before)
            assert hardware.doors[DOOR].strikes == []
            assert walker.at.y >= leg.before.y

    asyncio.run(main())


def test_the_reader_is_the_one_on_the_side_from_which_the_robot_comes(floor):
    place, number = reader_on(floor, pharmacy_crossing(floor))
    door = next(door for door in floor.plan.doors if door.id == DOOR)
    assert (place.site, place.door, place.reader) == (SITE, DOOR, f"r{number + 1}")
    assert door.joins[number] == "L1-corridor-north"
