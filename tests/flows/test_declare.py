import asyncio

import pytest

from nameplate.domain.errors import Conflict, Invalid
from nameplate.flows.declare import SLICE, Declarer
from nameplate.ports.journal import JournalUnavailable
from tests.flows.heart import WORLD, beating, declared, robot

ZONE = declared({"kind": "Zone", "id": "hall"})["changes"]
OTHER = declared({"kind": "Zone", "id": "ward"})["changes"]


def test_a_plan_is_in_force_when_it_has_been_taken(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            declarer = Declarer(heart.registry, heart.ledger, heart.registry.seq)
            seq = await declarer.declare(ZONE, "uid:0", heart.registry.seq)
            assert heart.registry.zones.keys() == {"hall"}
            record = heart.records("declared")[-1]
            assert (record["seq"], record["by"], declarer.declared_seq) == (seq, "uid:0", seq)

    asyncio.run(main())


def test_a_plan_that_did_not_see_the_last_one_is_a_conflict(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            planned_at = heart.registry.seq
            declarer = Declarer(heart.registry, heart.ledger, planned_at)
            seq = await declarer.declare(ZONE, "uid:0", planned_at)
            with pytest.raises(Conflict) as refused:
                await declarer.declare(OTHER, "uid:1", planned_at)
            assert refused.value.code == "declared_meanwhile"
            assert heart.registry.zones.keys() == {"hall"}
            await declarer.declare(OTHER, "uid:1", seq)
            assert heart.registry.zones.keys() == {"hall", "ward"}

    asyncio.run(main())


def test_of_two_plans_at_the_same_moment_one_is_a_conflict(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            declarer = Declarer(heart.registry, heart.ledger, heart.registry.seq)
            plans = (declarer.declare(changes, "uid:0", heart.registry.seq) for changes in (ZONE, OTHER))
            first, second = await asyncio.gather(*plans, return_exceptions=True)
            assert isinstance(first, int)
            assert isinstance(second, Conflict)

    asyncio.run(main())


def test_decisions_and_stops_in_between_are_no_conflict(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            planned_at = heart.registry.seq
            declarer = Declarer(heart.registry, heart.ledger, planned_at)
            await heart.ask()
            await heart.order("suspend", "amr-1")
            assert await declarer.declare(ZONE, "uid:0", planned_at)

    asyncio.run(main())


def test_a_plan_that_could_not_be_recorded_may_be_brought_again(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            declarer = Declarer(heart.registry, heart.ledger, heart.registry.seq)
            heart.files.fail("sync")
            with pytest.raises(JournalUnavailable):
                await declarer.declare(ZONE, "uid:0", heart.registry.seq)
            assert heart.registry.zones == {}
            await heart.recovered()
            await declarer.declare(ZONE, "uid:0", heart.registry.seq)
            assert heart.registry.zones.keys() == {"hall"}

    asyncio.run(main())


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"op": "put"},
        {"op": "put", "doc": {}},
        {"op": "put", "doc": {"kind": "Zone"}},
        {"op": "put", "doc": {"kind": "Nothing", "id": "x"}},
        {"op": "put", "doc": {"kind": "Contract", "id": "c"}},
        {"op": "put", "doc": robot() | {"unknown": 1}},
        {"op": "delete"},
        None,
        7,
    ],
)
def test_a_change_that_no_replay_could_make_is_refused_before_it_is_written(tmp_path, change):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            declarer, written = Declarer(heart.registry, heart.ledger, heart.registry.seq), len(heart.records())
            good = ZONE * SLICE
            with pytest.raises(Invalid) as refused:
                await declarer.declare([*good, change], "uid:0", heart.registry.seq)
            assert refused.value.code == "changes"
            assert len(heart.records()) == written
            assert heart.registry.zones == {}
            await declarer.declare(good, "uid:0", heart.registry.seq)
        async with beating(tmp_path) as again:
            assert again.registry.zones.keys() == {"hall"}

    asyncio.run(main())
