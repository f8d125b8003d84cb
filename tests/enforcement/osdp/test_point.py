"""The door controller against real libosdp peripherals: what it does when people do not play by the rules."""

import asyncio
import contextlib
import os
from typing import cast

import pytest

from nameplate.domain.actors import State
from nameplate.domain.errors import Invalid, NotFound
from nameplate.domain.outcomes import Happening
from nameplate.domain.places import Door
from nameplate.domain.points import Channel, Point
from nameplate.domain.stops import Stop
from nameplate.domain.verdicts import Reason
from nameplate.enforcement.osdp import POINT, OsdpPoint
from nameplate.enforcement.osdp.settings import OsdpSettings
from nameplate.ports.decision_point import DecisionPoint

WRONG_KEY = bytes(16)


def stop_of(actor: str, cut_off: int) -> Stop:
    return Stop("s-1", (actor,), State.QUARANTINED, cut_off)


async def none_for(seconds: float, *, of) -> None:
    """Give something that must not happen the time to happen."""
    for _ in range(int(seconds / 0.05)):
        await asyncio.sleep(0.05)
        assert not of()


def test_a_permit_releases_the_strike_and_is_reported(running):
    async def scenario():
        async with running() as site:
            told = await site.come()
            assert (told.permit, told.reason) == (True, "granted")
            assert [strike.seconds for strike in site.sim.strikes] == [0.5]
            done = await site.decisions.wait_for(Happening.STRIKE_ACKNOWLEDGED)
            assert (done.door, done.reader, done.actor, done.decision_id) == ("D1", "r1", "amr-17", "d-1")
            assert len(site.decisions.seen(Happening.STRIKE_COMMANDED)) == 1

    asyncio.run(scenario())


def test_a_refusal_shows_and_releases_nothing(running):
    async def scenario():
        async with running() as site:
            site.decisions.permit, site.decisions.reason = False, Reason.WINDOW
            told = await site.come()
            assert (told.permit, told.reason) == (False, "window")
            shown = await site.decisions.wait_for(Happening.REFUSAL_SHOWN)
            assert shown.detail["reason"] == "window"
            assert site.sim.strikes == []

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("actor", "lifetime_us", "reason"),
    [("", 5_000_000, "nameless"), ("amr-17", 0, "expired"), ("amr-17", -1, "expired")],
)
def test_a_permit_for_nobody_or_past_its_time_releases_nothing(running, actor, lifetime_us, reason):
    async def scenario():
        async with running() as site:
            site.decisions.actor, site.decisions.lifetime_us = actor, lifetime_us
            assert (await site.come()).reason == reason
            assert site.sim.strikes == []

    asyncio.run(scenario())


def test_a_stop_that_comes_while_the_decision_is_under_way_wins(running):
    async def scenario():
        async with running() as site:

            async def stop() -> None:
                site.point.apply_stop(stop_of("amr-17", 2**60))

            site.decisions.before_answer = stop
            assert (await site.come()).reason == "stopped"
            assert site.sim.strikes == []
            site.decisions.before_answer = None
            site.decisions.actor = "amr-18"
            assert (await site.come()).permit

    asyncio.run(scenario())


def test_a_stop_leaves_a_crossing_alone_and_a_later_reactivation_counts(running):
    async def scenario():
        async with running() as site:
            assert (await site.come()).permit
            site.point.apply_stop(stop_of("amr-17", 1))
            site.sim.open()
            site.sim.close()
            passage = await site.decisions.wait_for(Happening.PASSAGE)
            assert passage.actor == "amr-17"
            assert (await site.come()).permit

    asyncio.run(scenario())


@pytest.mark.parametrize(("reader_no", "way"), [(0, ("corridor", "pharmacy")), (1, ("pharmacy", "corridor"))])
def test_a_passage_has_the_direction_of_the_reader(running, reader_no, way):
    async def scenario():
        async with running() as site:
            assert (await site.come(reader_no)).permit
            site.sim.open()
            await site.decisions.wait_for(Happening.DOOR_OPENED)
            site.sim.close()
            passage = await site.decisions.wait_for(Happening.PASSAGE)
            assert (passage.from_zone, passage.to_zone, passage.actor) == (*way, "amr-17")
            await site.decisions.wait_for(Happening.DOOR_CLOSED)

    asyncio.run(scenario())


def test_a_strike_unused_is_no_passage(running):
    async def scenario():
        async with running(strike_s=0.1) as site:
            assert (await site.come()).permit
            assert (await site.decisions.wait_for(Happening.NO_PASSAGE)).actor == "amr-17"
            assert not site.decisions.seen(Happening.PASSAGE)

    asyncio.run(scenario())


def test_one_grant_is_one_unit(running):
    async def scenario():
        async with running() as site:
            assert (await site.come(0)).permit
            site.decisions.actor = "amr-18"
            assert (await site.come(1)).reason == "door_in_use"
            assert len(site.sim.strikes) == 1

    asyncio.run(scenario())


def test_a_door_held_open_and_a_door_forced_are_alarms(running):
    async def scenario():
        async with running(pass_s=0.2) as site:
            site.sim.open()
            await site.decisions.wait_for(Happening.DOOR_FORCED)
            await site.decisions.wait_for(Happening.DOOR_HELD)
            site.sim.close()
            await site.decisions.wait_for(Happening.DOOR_CLOSED)
            site.sim.rex(pressed=True)
            site.sim.open()
            opened = await site.decisions.wait_for(Happening.DOOR_OPENED)
            assert opened.detail == {"exit_button": True}
            assert len(site.decisions.seen(Happening.DOOR_FORCED)) == 1
            assert site.sim.strikes == []

    asyncio.run(scenario())


def test_tampering_is_reported_and_its_end_too(running):
    async def scenario():
        async with running() as site:
            site.sim.tamper(active=True)
            await site.decisions.wait_for(Happening.TAMPER)
            site.sim.tamper(active=False)
            await site.decisions.wait_for(Happening.TAMPER_CLEARED)

    asyncio.run(scenario())


def test_a_robot_that_never_answers_is_refused_as_late(running):
    async def scenario():
        async with running(settings=OsdpSettings(answer_s=0.3)) as site:
            assert (await site.come(answer=bytes(200))).reason == "late"
            assert site.decisions.presented == []

    asyncio.run(scenario())


def test_without_a_decision_what_is_new_is_denied_and_the_crossing_is_finished(running):
    async def scenario():
        async with running() as site:
            assert (await site.come()).permit
            site.decisions.online = False
            site.sim.open()
            site.sim.close()
            assert (await site.decisions.wait_for(Happening.PASSAGE)).actor == "amr-17"
            assert (await site.come()).reason == "unavailable"
            assert len(site.sim.strikes) == 1

    asyncio.run(scenario())


def test_a_gateway_over_tcp_works_and_is_found_again(running):
    async def scenario():
        async with gateway() as near, running(to=near.serve) as site:
            assert (await site.come()).permit
            site.sim.open()
            site.sim.close()
            await site.decisions.wait_for(Happening.PASSAGE)
            near.drop()
            await site.decisions.wait_for(Happening.READER_OFFLINE)
            await site.decisions.wait_for(Happening.READER_ONLINE, 2)
            assert (await site.come()).permit

    asyncio.run(scenario())


class Gateway:
    """A TCP-to-serial gateway: one connection at a time, one terminal."""

    def __init__(self) -> None:
        self.port, self._path = 0, ""
        self._writers: list[asyncio.StreamWriter] = []

    def serve(self, sim) -> str:
        self._path = sim.path
        return f"tcp:127.0.0.1:{self.port}"

    def drop(self) -> None:
        for writer in self._writers:
            writer.close()

    async def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        fd = os.open(self._path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        loop = asyncio.get_running_loop()
        loop.add_reader(fd, lambda: writer.write(os.read(fd, 4096)))
        self._writers.append(writer)
        try:
            while data := await reader.read(4096):
                os.write(fd, data)
        except ConnectionError:
            pass
        finally:
            loop.remove_reader(fd)
            os.close(fd)
            self._writers.remove(writer)
            writer.close()


@contextlib.asynccontextmanager
async def gateway():
    near = Gateway()
    server = await asyncio.start_server(near.connected, "127.0.0.1", 0)
    near.port = server.sockets[0].getsockname()[1]
    yield near
    near.drop()
    server.close()


DOOR = Door("D1", "here", ("a", "b"))
NOBODY = cast("DecisionPoint", None)


@pytest.mark.parametrize(
    ("channels", "doors", "keys"),
    [
        ((Channel("D1", "pty:x"),), {}, {"D1": bytes(16)}),
        ((Channel("D1", "pty:x"),), {"D1": DOOR}, {}),
        ((Channel("D1", "pty:x"), Channel("D1", "pty:y")), {"D1": DOOR}, {"D1": bytes(16)}),
        ((Channel("D1", "carrier pigeon"),), {"D1": DOOR}, {"D1": bytes(16)}),
    ],
)
def test_a_point_that_could_not_work_does_not_start(channels, doors, keys):
    with pytest.raises(Invalid):
        OsdpPoint(Point("p1", "osdp", "here", channels), doors, keys, NOBODY, lambda: 0, lambda: 0.0)


def test_only_own_doors_can_be_installed_and_not_for_long():
    point = OsdpPoint(Point("p1", "osdp", "here"), {}, {}, NOBODY, lambda: 0, lambda: 0.0)
    with pytest.raises(NotFound):
        point.begin_install("D9", 1)
    for seconds in (0.0, -1.0, 601.0, float("inf"), float("nan")):
        with pytest.raises(Invalid):
            point.begin_install("D9", seconds)


def test_the_point_type_names_itself():
    assert (POINT.name, POINT.factory, POINT.settings) == ("osdp", OsdpPoint, OsdpSettings)
