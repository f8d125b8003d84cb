"""Alarms as they stand in the journal and come back from it."""

import asyncio
from itertools import count

import pytest

from nameplate.domain.errors import Conflict, NotFound, Refused
from nameplate.domain.findings import Finding, Severity
from nameplate.domain.outcomes import Happening, Outcome
from nameplate.flows.alarms import AlarmKeeper
from nameplate.flows.report import record_outcome
from tests.flows.heart import WORLD, beating
from tests.journals.segments.samples import AT

DOOR = {"kind": "Door", "id": "d", "joins": ["hall", "ward"]}


class Watch:
    def __init__(self, heart):
        numbers = count(1)
        self.heart, self.keeper = heart, AlarmKeeper(heart.registry, heart.ledger, lambda: f"a{next(numbers)}")
        heart.ledger.noticed = self.keeper.noticed

    def happens(self, *happenings, door="d", **more):
        for each in happenings:
            record_outcome(self.heart.ledger, "p", Outcome(each, AT, door, **more), "")

    async def told(self):
        await self.heart.ledger.commit({"kind": "mark"})
        return [(each["alarm"], each["state"]) for each in self.heart.records("alarm")]

    def alarm(self, ident="a1"):
        return self.heart.registry.alarms.by_id[ident]


def watching(tmp_path, scenario):
    async def main():
        async with beating(tmp_path, *WORLD, DOOR) as heart:
            await scenario(Watch(heart))
            await heart.ledger.commit({"kind": "mark"})
            assert heart.replayed() == heart.registry

    asyncio.run(main())


def test_an_alarm_goes_from_raised_to_closed_and_each_step_is_told_once(tmp_path):
    async def scenario(watch):
        watch.happens(Happening.DOOR_FORCED, Happening.DOOR_CLOSED)
        await watch.keeper.acknowledge("a1", "uid:0", "The wind")
        assert await watch.told() == [("a1", "raised"), ("a1", "cleared"), ("a1", "acknowledged")]
        assert watch.alarm().closed
        record = watch.heart.records("alarm")[0]
        told = {"name": "door_forced", "severity": "high", "site": "default", "door": "d", "point": "p"}
        assert {name: record[name] for name in told} == told

    watching(tmp_path, scenario)


def test_a_door_that_rattles_does_not_flood(tmp_path):
    async def scenario(watch):
        watch.happens(*[Happening.DOOR_FORCED, Happening.DOOR_CLOSED] * 50)
        assert await watch.told() == [("a1", "raised"), ("a1", "cleared")]
        assert watch.alarm().count == 50

    watching(tmp_path, scenario)


def test_one_alarm_even_while_a_change_is_on_its_way(tmp_path):
    async def scenario(watch):
        watch.heart.files.hold()
        change = asyncio.create_task(watch.heart.ledger.commit({"kind": "mark"}))
        await watch.heart.sync_reached()
        watch.happens(Happening.TAMPER, Happening.TAMPER)
        watch.heart.files.let_go()
        await change
        assert await watch.told() == [("a1", "raised")]

    watching(tmp_path, scenario)


def test_what_nobody_needs_to_see_raises_nothing(tmp_path):
    async def scenario(watch):
        watch.happens(Happening.DOOR_OPENED, Happening.PASSAGE, Happening.DOOR_CLOSED, Happening.READER_ONLINE)
        watch.heart.ledger.raise_finding(Finding("clock_step", Severity.MEDIUM, "It jumped."))
        assert await watch.told() == []

    watching(tmp_path, scenario)


def test_a_grave_finding_is_an_alarm_of_the_site_of_its_actor(tmp_path):
    async def scenario(watch):
        watch.heart.ledger.raise_finding(Finding("cloned_key", Severity.CRITICAL, "Twice.", actor="amr-1"))
        await watch.told()
        assert (watch.alarm().site, watch.alarm().actor, watch.alarm().severity) == ("default", "amr-1", "critical")
        assert (await watch.keeper.acknowledge("a1", "uid:0", "found both")).closed

    watching(tmp_path, scenario)


def test_acknowledging_takes_an_alarm_a_reason_and_a_first_time(tmp_path):
    async def scenario(watch):
        watch.happens(Happening.DOOR_HELD)
        with pytest.raises(Refused):
            await watch.keeper.acknowledge("a1", "uid:0", " ")
        with pytest.raises(NotFound):
            await watch.keeper.acknowledge("a2", "uid:0", "seen")
        assert not (await watch.keeper.acknowledge("a1", "uid:0", "seen")).closed
        with pytest.raises(Conflict):
            await watch.keeper.acknowledge("a1", "uid:0", "seen")

    watching(tmp_path, scenario)
