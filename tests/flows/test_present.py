import asyncio
import copy
from contextlib import asynccontextmanager

import pytest

from nameplate.domain.actors import State
from nameplate.domain.errors import NotFound
from nameplate.domain.presence import ANSWER_SIZE, LIFETIME_S, Place, place_id, read_challenge
from nameplate.domain.verdicts import Reason
from nameplate.flows.identify import Presentations, Records
from nameplate.flows.present import Presenter
from nameplate.flows.prove import prove
from nameplate.keys.p256 import P256Agreement
from tests.flows.heart import beating, robot
from tests.flows.test_identify import Unit

READERS = [{"id": "r1", "side": "hall"}, {"id": "r2", "side": "ward"}]
DOORS = [{"kind": "Door", "id": ident, "joins": ["hall", "ward"], "readers": READERS} for ident in ("d", "e")]
CONTRACT = {"kind": "Contract", "id": "c", "grants": [{"actions": ["enter"], "resources": ["zone:ward"]}]}
HERE, THERE = Place("default", "d", "r1"), Place("default", "e", "r1")
AGREEMENT = P256Agreement()


class Entrance:
    """A heart with two doors, and one unit that is enrolled as `amr-1`."""

    def __init__(self, heart):
        self.heart, self.unit = heart, Unit("amr-1")
        self.unit.identity = self.unit.identity._replace(site="default")
        registry = heart.registry
        records = Records(registry.doors.get, registry.doors.values, registry.keys.get, registry.standings.get)
        self.presentations = Presentations(AGREEMENT, records, lambda: heart.mono)
        self.presenter = Presenter(
            self.presentations, heart.authorizer, heart.ledger, heart.lifecycle, registry.doors.get, heart.clock
        )

    async def enrol(self, unit):
        record = {"kind": "key_bound", "actor": unit.identity.actor, "handle": unit.identity.key_handle, "unit": "u"}
        await self.heart.ledger.commit(record | {"public": unit.public.hex()})

    def answer(self, place=HERE, unit=None):
        return prove(AGREEMENT, unit or self.unit, place, self.presenter.challenge(place.door, place.reader))

    async def present(self, answer, place=HERE):
        return await self.presenter.present("controller", place.door, place.reader, answer)


@asynccontextmanager
async def entrance(folder):
    async with beating(folder, CONTRACT, *DOORS, robot()) as heart:
        entry = Entrance(heart)
        await entry.enrol(entry.unit)
        yield entry


def test_a_unit_that_proves_itself_is_let_in_and_the_record_says_by_which_key(tmp_path):
    async def main():
        async with entrance(tmp_path) as entry:
            decision = await entry.present(entry.answer())
            assert decision.permit
            (record,) = entry.heart.records("decision")
            assert record["key"] == entry.unit.identity.key_handle
            assert (record["counter"], record["presence"], record["reader"]) == (1, "reader", "r1")
            assert (record["point"], record["target"]) == ("controller", "zone:ward")
            assert entry.heart.registry.standings["amr-1"].counter == 1

    asyncio.run(main())


@pytest.mark.parametrize(("door", "reader"), [("d", "r3"), ("x", "r1"), ("", "")])
def test_no_challenge_leaves_for_a_reader_that_is_not_declared(tmp_path, door, reader):
    async def main():
        async with entrance(tmp_path) as entry:
            with pytest.raises(NotFound) as refused:
                entry.presenter.challenge(door, reader)
            assert refused.value.remedy

    asyncio.run(main())


def test_a_stopped_unit_is_known_and_not_let_in(tmp_path):
    async def main():
        async with entrance(tmp_path) as entry:
            await entry.heart.order("repair", "amr-1")
            assert (await entry.present(entry.answer())).verdict.reasons == (Reason.STATE, "in_repair")

    asyncio.run(main())


def test_a_key_that_was_bound_before_the_last_stop_is_cut_off_for_good(tmp_path):
    async def main():
        async with entrance(tmp_path) as entry:
            await entry.heart.order("suspend", "amr-1")
            await entry.heart.order("activate", "amr-1")
            assert (await entry.present(entry.answer())).verdict.reason is Reason.CUT_OFF
            fresh = Unit("amr-1")
            fresh.identity = fresh.identity._replace(site="default")
            await entry.enrol(fresh)
            assert (await entry.present(entry.answer(unit=fresh))).permit
            assert (await entry.present(entry.answer())).verdict.reason is Reason.CREDENTIAL

    asyncio.run(main())


@pytest.mark.parametrize("answer", [b"", b"\x01", bytes(ANSWER_SIZE), b"\x01" * ANSWER_SIZE, b"\x01" * 100_000])
def test_garbage_is_refused_and_recorded_about_nobody(tmp_path, answer):
    async def main():
        async with entrance(tmp_path) as entry:
            entry.presenter.challenge("d", "r1")
            decision = await entry.present(answer)
            assert not decision.permit
            (record,) = entry.heart.records("decision")
            assert (record["decision"], record["actor"]) == ("deny", "")
            assert entry.heart.records("finding") == []

    asyncio.run(main())


def test_an_answer_is_believed_once_and_not_too_late(tmp_path):
    async def main():
        async with entrance(tmp_path) as entry:
            answer = entry.answer()
            assert (await entry.present(answer)).permit
            assert (await entry.present(answer)).verdict.reason is Reason.REPLAYED
            late = entry.answer()
            entry.heart.mono += LIFETIME_S + 0.1
            assert (await entry.present(late)).verdict.reason is Reason.LATE
            assert entry.heart.records("finding") == []

    asyncio.run(main())


def test_an_answer_that_was_carried_to_another_door_is_a_finding_but_stops_nobody(tmp_path):
    async def main():
        async with entrance(tmp_path) as entry:
            # The relay shows the challenge of `d` to a robot at `e`, named for `e`, and carries its answer back.
            shown = read_challenge(entry.presenter.challenge("d", "r1"))._replace(place=place_id(THERE))
            decision = await entry.present(prove(AGREEMENT, entry.unit, THERE, shown.encode()))
            assert decision.verdict.reason is Reason.RELAYED
            await entry.heart.ledger.commit({"kind": "mark"})
            (finding,) = entry.heart.records("finding")
            assert (finding["finding"], finding["severity"], finding["actor"]) == ("relay", "high", "amr-1")
            assert finding["decision_id"] == decision.decision_id
            assert entry.heart.registry.standings["amr-1"].state is State.ACTIVE

    asyncio.run(main())


def cloned(unit):
    twin = copy.copy(unit)
    twin.counter = 0
    return twin


def test_the_copy_of_a_key_is_found_and_its_actor_quarantined(tmp_path):
    async def main():
        async with entrance(tmp_path) as entry:
            twin = cloned(entry.unit)
            assert (await entry.present(entry.answer())).permit
            decision = await entry.present(entry.answer(unit=twin))
            assert decision.verdict.reason is Reason.CLONED_KEY
            assert entry.heart.registry.standings["amr-1"].state is State.QUARANTINED
            assert (await entry.present(entry.answer())).verdict.reasons == (Reason.STATE, "quarantined")
            (finding,) = entry.heart.records("finding")
            assert (finding["finding"], finding["severity"]) == ("cloned_key", "critical")
            (state,) = entry.heart.records("state")
            assert (state["by"], state["to"]) == ("system", "quarantined")

    asyncio.run(main())


def test_of_two_bodies_at_the_same_moment_not_both_are_let_in(tmp_path):
    async def main():
        async with entrance(tmp_path) as entry:
            twin = cloned(entry.unit)
            entry.heart.files.hold()
            answers = [entry.present(entry.answer(HERE)), entry.present(entry.answer(THERE, twin), THERE)]
            running = [asyncio.create_task(answer) for answer in answers]
            await entry.heart.sync_reached()
            entry.heart.files.let_go()
            decisions = await asyncio.gather(*running)
            # The first one was permitted; before its record was on the disk the second gave both away.
            assert [decision.permit for decision in decisions] == [False, False]
            assert {decision.verdict.reason for decision in decisions} == {Reason.STATE, Reason.CLONED_KEY}

    asyncio.run(main())


def test_the_quarantine_of_a_copied_key_does_not_wait_for_the_disk(tmp_path):
    async def main():
        async with entrance(tmp_path) as entry:
            twin = cloned(entry.unit)
            await entry.present(entry.answer())
            entry.heart.files.hold()
            presenting = asyncio.create_task(entry.present(entry.answer(unit=twin)))
            await entry.heart.sync_reached()
            assert entry.heart.registry.standings["amr-1"].state is State.QUARANTINED
            entry.heart.files.let_go()
            await presenting

    asyncio.run(main())


def test_a_copied_key_is_quarantined_even_while_nothing_can_be_recorded(tmp_path):
    async def main():
        async with entrance(tmp_path) as entry:
            twin = cloned(entry.unit)
            await entry.present(entry.answer())
            entry.heart.files.fail("sync")
            decision = await entry.present(entry.answer(unit=twin))
            assert decision.verdict.reason is Reason.JOURNAL_UNAVAILABLE
            assert entry.heart.registry.standings["amr-1"].state is State.QUARANTINED
            await entry.heart.recovered()
            assert [finding["finding"] for finding in entry.heart.records("finding")] == ["cloned_key"]
            assert [state["to"] for state in entry.heart.records("state")] == ["quarantined"]

    asyncio.run(main())


def test_a_counter_survives_a_restart_so_that_a_copy_is_still_found(tmp_path):
    async def main():
        async with entrance(tmp_path) as entry:
            unit, twin = entry.unit, cloned(entry.unit)
            await entry.present(entry.answer())
        async with beating(tmp_path) as heart:
            again = Entrance(heart)
            assert (await again.present(again.answer(unit=twin))).verdict.reason is Reason.CLONED_KEY
            assert heart.registry.standings["amr-1"].state is State.QUARANTINED
            assert unit.counter == 1

    asyncio.run(main())
