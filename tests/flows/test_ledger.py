import asyncio

import pytest

from nameplate.domain.actors import State
from nameplate.domain.errors import Invalid
from nameplate.domain.findings import Finding, Severity
from nameplate.domain.verdicts import Reason
from nameplate.flows import ledger
from nameplate.ports.journal import JournalUnavailable
from tests.flows.heart import WORLD, Heart, beating, declared, robot

ZONE = {"kind": "Zone", "id": "hall"}
DOOR = {"kind": "Door", "id": "d", "joins": ["hall", "ward"]}
STAGED = robot("amr-2", state="staged")


def moved(order: str, to: str, actor: str = "amr-1") -> dict[str, object]:
    record: dict[str, object] = {"kind": "state", "order": order, "to": to, "actors": [{"id": actor, "from": "?"}]}
    return record | {"by": "uid:0", "reason": "r"}


def passage(to: str) -> dict[str, str]:
    zones = {"from_zone": "hall" if to == "ward" else "ward", "to_zone": to}
    return {"kind": "outcome", "point": "p", "happening": "passage", "door": "d", "actor": "amr-1"} | zones


def same_as_replayed(heart: Heart) -> None:
    replayed = heart.replayed()
    replayed.seq = heart.registry.seq = 0
    assert replayed == heart.registry


def test_what_is_committed_is_durable_before_it_is_in_force(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, STAGED) as heart:
            heart.files.hold()
            activation = asyncio.create_task(heart.ledger.commit(moved("activate", "active", "amr-2")))
            await heart.sync_reached()
            assert heart.registry.standings["amr-2"].state == "staged"
            heart.files.let_go()
            seq = await activation
            assert heart.registry.standings["amr-2"].state == "active"
            assert heart.records("state")[0]["seq"] == seq
            assert (await heart.ask("amr-2")).permit

    asyncio.run(main())


def test_what_cannot_be_committed_has_not_happened(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, STAGED) as heart:
            heart.files.fail("sync")
            for _ in range(2):
                with pytest.raises(JournalUnavailable):
                    await heart.ledger.commit(moved("activate", "active", "amr-2"))
            await heart.recovered()
            assert heart.registry.standings["amr-2"].state is State.STAGED
            assert heart.records("state") == []

    asyncio.run(main())


def test_a_stop_is_in_force_before_it_is_written_and_before_anybody_waits(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.hold()
            recording = heart.ledger.enforce(moved("suspend", "suspended"))
            assert heart.registry.standings["amr-1"].state is State.SUSPENDED
            standing = heart.index.standing("amr-1")
            assert standing is not None
            assert standing.state is State.SUSPENDED
            await heart.sync_reached()
            assert heart.records("state") == []
            heart.files.let_go()
            assert await recording is True
            assert len(heart.records("state")) == 1

    asyncio.run(main())


def test_a_stop_that_cannot_be_written_holds_and_is_written_when_the_disk_is_back(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.fail("sync")
            assert await heart.ledger.enforce(moved("suspend", "suspended")) is False
            assert await heart.ledger.enforce(moved("quarantine", "quarantined")) is False
            assert (await heart.ask()).verdict.reason is Reason.JOURNAL_UNAVAILABLE
            assert heart.registry.standings["amr-1"].state is State.QUARANTINED
            await heart.recovered()
            assert [record["to"] for record in heart.records("state")] == ["suspended", "quarantined"]
            same_as_replayed(heart)
        async with beating(tmp_path) as again:
            assert (await again.ask()).verdict.reasons == (Reason.STATE, "quarantined")

    asyncio.run(main())


def test_an_activation_on_its_way_to_the_disk_does_not_undo_a_later_stop(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, STAGED) as heart:
            heart.files.hold()
            activation = asyncio.create_task(heart.ledger.commit(moved("activate", "active", "amr-2")))
            await heart.sync_reached()
            recording = heart.ledger.enforce(moved("quarantine", "quarantined", "amr-2"))
            heart.files.let_go()
            await activation
            assert await recording
            assert heart.registry.standings["amr-2"].state is State.QUARANTINED
            assert not (await heart.ask("amr-2")).permit
            same_as_replayed(heart)

    asyncio.run(main())


def test_an_offer_on_its_way_to_the_disk_does_not_outlive_a_later_stop(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.hold()
            offer = {"kind": "enrolment_offered", "actor": "amr-1", "code_hash": "ab", "by": "uid:0"}
            offered = asyncio.create_task(heart.ledger.commit(offer | {"expires_at": "2030-01-01T00:00:00Z"}))
            await heart.sync_reached()
            recording = heart.ledger.enforce(moved("suspend", "suspended"))
            heart.files.let_go()
            await asyncio.gather(offered, recording)
            assert heart.registry.enrolments == {}
            same_as_replayed(heart)

    asyncio.run(main())


def test_what_is_noted_behind_a_declaration_comes_into_force_behind_it(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.hold()
            declaration = asyncio.create_task(heart.declare(DOOR))
            await heart.sync_reached()
            heart.ledger.note(passage("ward"))
            assert heart.registry.standings["amr-1"].zone == ""
            heart.files.let_go()
            await declaration
            assert heart.registry.standings["amr-1"].zone == "ward"
            heart.ledger.note(passage("hall"))
            assert heart.registry.standings["amr-1"].zone == "hall"
            await heart.ledger.commit({"kind": "mark"})
            same_as_replayed(heart)

    asyncio.run(main())


def test_a_caller_who_gives_up_waiting_leaves_the_line_open(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.hold()
            given_up = asyncio.create_task(heart.declare(ZONE))
            await heart.sync_reached()
            given_up.cancel()
            heart.ledger.note(passage("ward"))
            heart.files.let_go()
            with pytest.raises(asyncio.CancelledError):
                await given_up
            await heart.declare(DOOR)
            heart.ledger.note(passage("ward"))
            assert heart.registry.standings["amr-1"].zone == "ward"

    asyncio.run(main())


def test_a_large_declaration_lets_others_run_between_its_slices(tmp_path):
    async def main():
        zones = [{"kind": "Zone", "id": f"z{number}"} for number in range(3 * ledger.SLICE)]
        async with beating(tmp_path, *WORLD) as heart:
            seen = []

            async def look():
                while len(heart.registry.zones) < len(zones):
                    seen.append(len(heart.registry.zones))
                    await asyncio.sleep(0)

            await asyncio.gather(heart.declare(*zones), look())
            assert {ledger.SLICE, 2 * ledger.SLICE} <= set(seen)
            same_as_replayed(heart)

    asyncio.run(main())


def test_a_small_declaration_behind_a_large_one_waits_for_all_of_it(tmp_path):
    async def main():
        zones = [{"kind": "Zone", "id": f"z{number}", "public": True} for number in range(3 * ledger.SLICE)]
        closed = [zone | {"public": False} for zone in zones[-2:]]
        async with beating(tmp_path, *WORLD) as heart:
            await asyncio.gather(heart.declare(*zones), heart.declare(*closed))
            assert [zone.public for zone in list(heart.registry.zones.values())[-3:]] == [True, False, False]
            same_as_replayed(heart)

    asyncio.run(main())


def test_what_waits_is_written_before_anything_newer(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.writes_on_recovery = False
            heart.files.fail("sync")
            assert not await heart.ledger.enforce(moved("suspend", "suspended"))
            await heart.recovered()
            await heart.ledger.commit(moved("activate", "active"))
            assert [record["to"] for record in heart.records("state")] == ["suspended", "active"]
            assert (await heart.ask()).permit
            same_as_replayed(heart)

    asyncio.run(main())


def test_those_who_watch_learn_of_every_change(tmp_path):
    async def main():
        async with beating(tmp_path) as heart:
            told = []
            heart.ledger.watchers.append(lambda touched: told.append(tuple(touched)))
            await heart.declare(ZONE, robot())
            await heart.ledger.enforce(moved("suspend", "suspended"))
            assert told[:2] == [("Zone", "hall"), ("Actor", "amr-1")]
            assert told[-1] == ("standing", "amr-1")

    asyncio.run(main())


def test_a_record_that_is_too_long_is_refused_and_nothing_of_it_is_in_force(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            huge = {"kind": "finding", "text": "x" * 5_000_000}
            with pytest.raises(Invalid) as refused:
                await heart.ledger.commit(huge)
            assert refused.value.code == "record_too_large"
            with pytest.raises(Invalid):
                heart.ledger.note(huge)
            assert heart.records("finding") == []
            assert (await heart.ask()).permit

    asyncio.run(main())


def test_when_too_much_waits_stops_are_kept_and_the_loss_of_others_is_an_alarm(tmp_path, monkeypatch):
    async def main():
        monkeypatch.setattr(ledger, "MAX_WAITING", 2)
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.fail("sync")
            assert not await heart.ledger.enforce(moved("repair", "in_repair"))
            for number in range(5):
                heart.ledger.raise_finding(Finding(f"f{number}", Severity.LOW, "text"))
            assert not await heart.ledger.enforce(moved("quarantine", "quarantined"))
            assert heart.ledger.lost == 4
            await heart.recovered()
            assert [record["to"] for record in heart.records("state")] == ["in_repair", "quarantined"]
            assert [record["finding"] for record in heart.records("finding")] == ["f0", "records_lost"]
            assert heart.ledger.lost == 0

    asyncio.run(main())


def test_a_finding_is_recorded_with_what_it_says_and_nothing_empty(tmp_path):
    async def main():
        async with beating(tmp_path) as heart:
            heart.ledger.raise_finding(Finding("relay", Severity.HIGH, "Somebody relays.", actor="amr-1"))
            await heart.ledger.commit({"kind": "mark"})
            (record,) = heart.records("finding")
            assert set(record) == {"seq", "at", "kind", "finding", "severity", "text", "actor"}

    asyncio.run(main())


def test_the_counter_of_a_former_key_does_not_count_for_a_key_on_its_way(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            first = {"kind": "key_bound", "actor": "amr-1", "handle": "k1", "public": "02" * 33, "unit": "u"}
            await heart.ledger.commit(first)
            heart.files.hold()
            binding = asyncio.create_task(heart.ledger.commit(first | {"handle": "k2", "public": "03" * 33}))
            await heart.sync_reached()
            asked = asyncio.create_task(heart.ask(key="k1", counter=500))
            await asyncio.sleep(0)
            heart.files.let_go()
            await asyncio.gather(binding, asked)
            assert heart.registry.standings["amr-1"].key == "k2"
            assert heart.registry.standings["amr-1"].counter == 0
            same_as_replayed(heart)

    asyncio.run(main())


def test_changes_with_the_same_document_keep_their_places(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            changes = [declared(ZONE | {"public": public}) for public in (True, False, True, False)]
            await asyncio.gather(*(heart.ledger.commit(change) for change in changes))
            assert heart.registry.zones["hall"].public is False
            same_as_replayed(heart)

    asyncio.run(main())
