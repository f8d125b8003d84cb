import asyncio

import pytest

from nameplate.domain.errors import Invalid
from nameplate.domain.outcomes import Happening, Outcome
from nameplate.flows.report import MAX_OUTCOME, record_outcome
from tests.flows.heart import WORLD, beating
from tests.journals.segments.samples import AT

DOOR = {"kind": "Door", "id": "d", "joins": ["hall", "ward"]}
PASSAGE = Outcome(Happening.PASSAGE, AT, "d", "r1", "amr-1", "n1-7", "hall", "ward", {"seconds": 2.5})


def test_a_passage_says_where_the_actor_is_and_since_when(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, DOOR) as heart:
            record_outcome(heart.ledger, "p", PASSAGE, "Acme/T3/amr-1")
            standing = heart.registry.standings["amr-1"]
            assert (standing.zone, standing.zone_at) == ("ward", AT)
            await heart.ledger.commit({"kind": "mark"})
            (record,) = heart.records("outcome")
            assert (record["point"], record["happening"], record["unit"]) == ("p", "passage", "Acme/T3/amr-1")
            assert record["point_at"] == "2026-11-18T11:06:40.123456Z"
            assert record["detail"] == {"seconds": 2.5}

    asyncio.run(main())


def test_a_clock_that_runs_ahead_makes_no_place_fresher_than_now(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, DOOR) as heart:
            late = Outcome(Happening.PASSAGE, AT * 2, "d", "r1", "amr-1", "", "hall", "ward")
            record_outcome(heart.ledger, "p", late, "")
            assert heart.registry.standings["amr-1"].zone_at == heart.now

    asyncio.run(main())


@pytest.mark.parametrize("happening", [each for each in Happening if each is not Happening.PASSAGE])
def test_nothing_but_a_passage_moves_an_actor(tmp_path, happening):
    async def main():
        async with beating(tmp_path, *WORLD, DOOR) as heart:
            record_outcome(heart.ledger, "p", Outcome(happening, AT, "d", "r1", "amr-1", "", "hall", "ward"), "")
            assert heart.registry.standings["amr-1"].zone == ""

    asyncio.run(main())


def test_what_is_empty_is_left_out_of_the_record(tmp_path):
    async def main():
        async with beating(tmp_path) as heart:
            record_outcome(heart.ledger, "p", Outcome(Happening.TAMPER, AT, "d"), "")
            await heart.ledger.commit({"kind": "mark"})
            assert set(heart.records("outcome")[0]) == {"seq", "at", "kind", "point", "happening", "point_at", "door"}

    asyncio.run(main())


@pytest.mark.parametrize(
    "absurd",
    [
        Outcome(Happening.TAMPER, -1),
        Outcome(Happening.TAMPER, 2**63 - 1),
        Outcome(Happening.TAMPER, AT, detail={"text": "x" * MAX_OUTCOME}),
        Outcome(Happening.TAMPER, AT, actor="x" * MAX_OUTCOME),
    ],
)
def test_a_point_cannot_fill_the_journal_or_break_it_with_one_report(tmp_path, absurd):
    async def main():
        async with beating(tmp_path) as heart:
            with pytest.raises(Invalid):
                record_outcome(heart.ledger, "p", absurd, "")
            await heart.ledger.commit({"kind": "mark"})
            assert heart.records("outcome") == []

    asyncio.run(main())


@pytest.mark.parametrize(("detail", "severity"), [({}, "high"), ({"presented": "amr-2"}, "low")])
def test_two_on_one_grant_are_a_finding_and_an_attempt_is_a_small_one(tmp_path, detail, severity):
    async def main():
        async with beating(tmp_path, *WORLD, DOOR) as heart:
            convoy = Outcome(Happening.CONVOY, AT, "d", "r1", "amr-1", "n1-7", "hall", "ward", detail)
            record_outcome(heart.ledger, "p", convoy, "Acme/T3/amr-1")
            await heart.ledger.commit({"kind": "mark"})
            (finding,) = heart.records("finding")
            assert (finding["finding"], finding["severity"], finding["decision_id"]) == ("convoy", severity, "n1-7")
            assert all(name in finding["text"] for name in ("amr-1", *map(str, detail.values())))

    asyncio.run(main())
