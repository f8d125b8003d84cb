"""A robot on its rounds: it drives the lanes, proves itself at each door, and believes only the door."""

import asyncio
from itertools import cycle
from pathlib import Path

from nameplate.boot.simulation import Crossing, Floor, Point
from nameplate.domain.errors import NameplateError
from nameplate.domain.presence import Place
from nameplate.entry.robot import Outcome, Robot

from .fleet import SITE, Member
from .hardware import Hardware
from .ways import Leg, Motion, legs, motion

PRESENT_S = 4.0
PAUSE_S, PATIENCE_S, CLOSING_S = 0.6, 0.5, 0.2
WAITS_FOR_A_PERSON = frozenset({"state", "cut_off", "credential", "cloned_key", "unknown_key"})
"""Refusals after which driving on is pointless: such a robot stays where it is."""

TRY_AGAIN = frozenset({"door_in_use", "unavailable", "late", "reader_silent", "line_lost", "strike_failed"})


class TurnedAway(Exception):
    """A door stayed shut: the robot goes back and drives somewhere else."""


class Walker:
    """One robot of flesh and steel, as far as there is any.

    `traps`: what really hangs at a place instead of the reader; each catches once. `dawdle_s`: how long it blocks the
    next door that it passes. `helped` is set when a person has seen to it.
    """

    def __init__(self, member: Member, robot: Robot, floor: Floor, hardware: Hardware) -> None:
        self.member, self.robot = member, robot
        self.traps: dict[Place, Path] = {}
        self.dawdle_s = 0.0
        self.helped = asyncio.Event()
        self._floor, self._hardware = floor, hardware
        self._node = floor.graph.nodes[member.start].id
        here = floor.graph.nodes[member.start].at
        self._motion = Motion(here, here, 0.0, 0.0)

    @property
    def at(self) -> Point:
        """Where it stands now."""
        return self._motion.at(asyncio.get_running_loop().time())

    async def live(self) -> None:
        """Make the rounds until cancelled."""
        for stop in cycle(self.member.rounds):
            try:
                for leg in legs(self._floor, self._node, stop):
                    await self._follow(leg)
            except TurnedAway:
                continue
            await asyncio.sleep(PAUSE_S)

    async def _follow(self, leg: Leg) -> None:
        if leg.crossing is not None:
            await self._cross(leg, leg.crossing)
        await self._drive(leg.end)
        self._node = leg.node

    async def _cross(self, leg: Leg, crossing: Crossing) -> None:
        await self._drive(leg.before)
        while True:
            async with self._hardware.queues[crossing.door]:
                told = await self._present(crossing)
                if told.permit and self._hardware.released(crossing.door):
                    await self._pass(leg, crossing.door)
                    return
            if told.reason in WAITS_FOR_A_PERSON:
                await self.helped.wait()
                self.helped.clear()
            elif told.reason in TRY_AGAIN:
                await asyncio.sleep(PATIENCE_S)
            else:
                await self._drive(leg.start)
                raise TurnedAway

    async def _present(self, crossing: Crossing) -> Outcome:
        place, number = reader_on(self._floor, crossing)
        path = self.traps.pop(place, None) or self._hardware.air(crossing.door, number)
        try:
            return await asyncio.to_thread(self.robot.present, path, place, PRESENT_S)
        except NameplateError as error:
            return Outcome(permit=False, reason=error.code)

    async def _pass(self, leg: Leg, door: str) -> None:
        leaf = self._hardware.doors[door]
        leaf.open()
        try:
            await self._drive(leg.behind)
            await asyncio.sleep(self.dawdle_s)
        finally:
            self.dawdle_s = 0.0
            leaf.close()
        await asyncio.sleep(CLOSING_S)

    async def _drive(self, end: Point) -> None:
        loop = asyncio.get_running_loop()
        self._motion = motion(self.at, end, loop.time())
        await asyncio.sleep(self._motion.seconds)


def reader_on(floor: Floor, crossing: Crossing) -> tuple[Place, int]:
    """The reader on the side from which a robot comes, and its number at the door."""
    door = next(door for door in floor.plan.doors if door.id == crossing.door)
    number = door.joins.index(crossing.side)
    return Place(SITE, crossing.door, f"r{number + 1}"), number
