import asyncio

import pytest

from nameplate.domain.asked import Asked
from nameplate.domain.networks import parse_address
from nameplate.domain.verdicts import Reason, Verdict
from nameplate.flows.authorize import PERMIT_LIFETIME_US
from tests.flows.heart import CONTRACT, READ, WORLD, Heart, beating, request, robot

RATED = CONTRACT | {"grants": [READ | {"rate": "2/h"}]}


def test_no_answer_leaves_before_the_sync_that_covers_its_record(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.hold()
            asked = [asyncio.create_task(heart.ask()) for _ in range(3)]
            await heart.sync_reached()
            covered = heart.journal.checkpoint().size
            assert not any(task.done() for task in asked)
            assert not heart.records("decision")
            heart.files.let_go()
            decisions = await asyncio.gather(*asked)
            assert [decision.permit for decision in decisions] == [True] * 3
            assert [record["seq"] for record in heart.records("decision")] == [covered + n for n in (1, 2, 3)]

    asyncio.run(main())


def test_a_denial_waits_for_its_record_too(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.hold()
            asked = asyncio.create_task(heart.ask(resource="app:other"))
            await heart.sync_reached()
            assert not asked.done()
            heart.files.let_go()
            assert (await asked).verdict.reason is Reason.NOT_IN_CONTRACT

    asyncio.run(main())


def test_the_record_says_who_asked_for_what_and_what_was_answered(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            question = request(heart.clock(), "amr-1", "app:x")._replace(ip=parse_address("10.0.0.1"), task="t-1")
            decision = await heart.authorizer.authorize(question, Asked("pep", "r-1"))
            (record,) = heart.records("decision")
            assert decision.decision_id == record["decision_id"] == f"n1-{record['seq']}"
            expected = {
                "decision": "permit",
                "reason": "granted",
                "actor": "amr-1",
                "unit": "Acme/T3/amr-1",
                "resource": "app:x",
                "point": "pep",
                "contract_revision": "c@1",
                "grant": 0,
                "ip": "10.0.0.1",
                "task": "t-1",
                "request_id": "r-1",
            }
            assert {name: record[name] for name in expected} == expected
            assert decision.expires_at - decision.at == PERMIT_LIFETIME_US

    asyncio.run(main())


@pytest.mark.parametrize("operation", ["sync", "write"])
def test_when_the_journal_fails_everything_is_denied_and_nothing_else_said(tmp_path, operation):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.fail(operation)
            for _ in range(3):  # the first meets the fault, the others a journal that is known to be ill
                decision = await heart.ask()
                assert not decision.permit
                assert decision.verdict.reasons == (Reason.JOURNAL_UNAVAILABLE,)
                assert decision.decision_id == ""
            assert (heart.authorizer.tally.permits, heart.authorizer.tally.denials) == (0, 3)
            await heart.recovered()
            assert (await heart.ask()).permit
            assert [record["decision"] for record in heart.records("decision")] == ["permit"]

    asyncio.run(main())


def test_of_a_group_whose_sync_fails_nobody_is_permitted(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.hold()
            asked = [asyncio.create_task(heart.ask()) for _ in range(20)]
            await heart.sync_reached()
            heart.files.fail("sync")
            heart.files.let_go()
            assert not any(decision.permit for decision in await asyncio.gather(*asked))

    asyncio.run(main())


async def overtaken(heart: Heart, *orders: str):
    """What becomes of a permit whose record is on its way to the disk while these orders are given."""
    heart.files.hold()
    pending = heart.authorizer.submit(request(heart.clock(), "amr-1", "app:x"), Asked("pep"))
    assert pending.decisions[0].permit
    await heart.sync_reached()
    given = []
    for name in orders:
        given.append(asyncio.create_task(heart.order(name, "amr-1")))
        await asyncio.sleep(0)
    heart.files.let_go()
    await asyncio.gather(*given)
    (decision,) = await heart.authorizer.release(pending)
    return decision


@pytest.mark.parametrize(
    ("order", "state"), [("suspend", "suspended"), ("quarantine", "quarantined"), ("retire", "retired")]
)
def test_a_permit_that_a_stop_overtakes_becomes_a_denial_and_the_record_says_so(tmp_path, order, state):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            decision = await overtaken(heart, order)
            assert not decision.permit
            assert decision.verdict.reasons == (Reason.STATE, state)
            (withdrawn,) = heart.records("withdrawn")
            assert withdrawn["decision_id"] == decision.decision_id == heart.records("decision")[0]["decision_id"]
            assert (heart.authorizer.tally.permits, heart.authorizer.tally.denials) == (0, 1)

    asyncio.run(main())


def test_a_stop_that_was_lifted_again_meanwhile_still_takes_the_permit(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            decision = await overtaken(heart, "suspend", "activate")
            assert heart.registry.standings["amr-1"].state == "active"
            assert not decision.permit
            assert decision.verdict.reason is Reason.CUT_OFF

    asyncio.run(main())


def test_a_permit_stands_when_something_else_happened_to_its_actor_or_a_stop_to_another(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, robot("amr-2")) as heart:
            heart.files.hold()
            pending = heart.authorizer.submit(request(heart.clock(), "amr-1", "app:x"), Asked("pep"))
            await heart.sync_reached()
            heart.ledger.proved("amr-1", 7, None)
            stop = asyncio.create_task(heart.order("suspend", "amr-2"))
            await asyncio.sleep(0)
            heart.files.let_go()
            assert (await heart.authorizer.release(pending))[0].permit
            await stop
            assert heart.records("withdrawn") == []

    asyncio.run(main())


def test_a_withdrawal_that_cannot_be_recorded_is_a_denial_all_the_same(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            pending = heart.authorizer.submit(request(heart.clock(), "amr-1", "app:x"), Asked("pep"))
            assert pending.written is not None
            await pending.written
            heart.files.fail("sync")
            await heart.order("suspend", "amr-1")
            (decision,) = await heart.authorizer.release(pending)
            assert decision.verdict.reason is Reason.JOURNAL_UNAVAILABLE
            assert not decision.permit

    asyncio.run(main())


def test_permits_count_towards_the_rate_and_simulated_ones_do_not(tmp_path):
    async def main():
        async with beating(tmp_path, RATED, robot()) as heart:
            for _ in range(5):
                assert (await heart.ask(simulated=True)).permit
            given = [(await heart.ask()).verdict.reason for _ in range(3)]
            assert given == [Reason.GRANTED, Reason.GRANTED, Reason.RATE]
            heart.mono += 3600
            assert (await heart.ask()).permit

    asyncio.run(main())


def test_two_questions_in_one_sync_cannot_both_take_the_last_permit(tmp_path):
    async def main():
        async with beating(tmp_path, RATED, robot()) as heart:
            decisions = await asyncio.gather(*(heart.ask() for _ in range(10)))
            assert sum(decision.permit for decision in decisions) == 2

    asyncio.run(main())


def test_a_refusal_from_elsewhere_is_recorded_as_it_is(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            verdict = Verdict(permit=False, reason=Reason.REPLAYED, reasons=("replayed", "seen before"))
            decision = await heart.authorizer.refuse(verdict, request(heart.clock(), "", "door:d"), Asked("p"))
            assert not decision.permit
            (record,) = heart.records("decision")
            assert (record["reasons"], record["actor"], record["decision"]) == (["replayed", "seen before"], "", "deny")

    asyncio.run(main())


def test_a_counter_is_in_force_with_its_decision_and_comes_back_with_its_record(tmp_path):
    async def main():
        key = {"kind": "key_bound", "actor": "amr-1", "handle": "k1", "public": "02" * 33, "unit": "u"}
        async with beating(tmp_path, *WORLD) as heart:
            await heart.ledger.commit(key)
            await heart.ask(key="k1", counter=41)
            assert heart.registry.standings["amr-1"].counter == 41
            await heart.ask(key="an earlier one", counter=99)
            assert heart.registry.standings["amr-1"].counter == 41
            assert heart.replayed().standings == heart.registry.standings

    asyncio.run(main())


def submitted(heart: Heart, *actors: str):
    questions = [(request(heart.clock(), actor, "app:x"), Asked("pep")) for actor in actors]
    return heart.authorizer.record([heart.authorizer.decide(*question) for question in questions])


def test_a_batch_is_answered_in_its_order_once_all_of_it_is_durable(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.hold()
            pending = submitted(heart, "amr-1", "stranger", "amr-1")
            releasing = asyncio.create_task(heart.authorizer.release(pending))
            await heart.sync_reached()
            assert not releasing.done()
            heart.files.let_go()
            decisions = await releasing
            assert [decision.permit for decision in decisions] == [True, False, True]
            assert [each.decision_id for each in decisions] == [each.decision_id for each in pending.decisions]
            assert (heart.authorizer.tally.permits, heart.authorizer.tally.denials) == (2, 1)

    asyncio.run(main())


def test_a_batch_that_cannot_be_recorded_is_denied_as_a_whole(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.fail("sync")
            decisions = await heart.authorizer.release(submitted(heart, "amr-1", "amr-1"))
            assert {decision.verdict.reason for decision in decisions} == {Reason.JOURNAL_UNAVAILABLE}

    asyncio.run(main())


def test_a_stop_that_comes_while_another_permit_of_the_batch_is_withdrawn_is_not_overlooked(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, robot("amr-2"), robot("amr-3")) as heart:
            pending = submitted(heart, "amr-1", "amr-2", "amr-3")
            assert pending.written is not None
            await pending.written
            await heart.order("suspend", "amr-2")
            heart.files.hold()
            releasing = asyncio.create_task(heart.authorizer.release(pending))
            await heart.sync_reached()
            stop = asyncio.create_task(heart.order("suspend", "amr-1"))
            await asyncio.sleep(0)
            heart.files.let_go()
            assert [decision.permit for decision in await releasing] == [False, False, True]
            await stop
            withdrawn = {record["actor"] for record in heart.records("withdrawn")}
            assert withdrawn == {"amr-1", "amr-2"}
            assert (heart.authorizer.tally.permits, heart.authorizer.tally.denials) == (1, 2)

    asyncio.run(main())


def times_and_card(_request, asked):
    return {"pass_s": 25.0, "card": 4711} if asked.point == "pep" else {}


def test_what_a_permit_asks_of_its_point_is_told_and_recorded_but_for_the_card(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.authorizer.obliges += [times_and_card, lambda _request, _asked: {"strike_s": 8.0}]
            assert (await heart.ask()).obligations == {"pass_s": 25.0, "card": 4711, "strike_s": 8.0}
            (record,) = heart.records("decision")
            assert record["obligations"] == {"pass_s": 25.0, "strike_s": 8.0}

    asyncio.run(main())


def test_a_refusal_asks_nothing_and_tells_no_card(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.authorizer.obliges.append(times_and_card)
            refused = await heart.ask(resource="app:other")
            withdrawn = await overtaken(heart, "suspend")
            heart.files.fail("sync")
            unrecorded = await heart.ask()
            assert [dict(each.obligations) for each in (refused, withdrawn, unrecorded)] == [{}, {}, {}]

    asyncio.run(main())


OBSERVING = {"kind": "Point", "id": "pep", "type": "authzen", "mode": {"default": "observe", "until": "2090-01-01"}}


def test_an_observed_refusal_is_a_permit_on_record_with_both_and_takes_nothing_from_the_rate(tmp_path):
    async def main():
        async with beating(tmp_path, RATED, robot(), OBSERVING) as heart:
            reasons = [(await heart.ask()).verdict.reasons for _ in range(4)]
            assert reasons == [("granted",)] * 2 + [("observed", "rate")] * 2
            records = heart.records("decision")
            assert [each["decision"] for each in records] == ["permit"] * 4
            assert records[-1]["reasons"] == ["observed", "rate"]
            heart.mono += 3600
            assert (await heart.ask()).verdict.reason is Reason.GRANTED

    asyncio.run(main())


def test_a_stop_is_enforced_where_everything_else_is_observed(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, OBSERVING) as heart:
            assert (await heart.ask(resource="app:other")).permit
            await heart.order("quarantine", "amr-1")
            assert (await heart.ask(resource="app:other")).verdict.reason is Reason.STATE

    asyncio.run(main())


def test_an_observed_permit_that_a_stop_overtakes_is_withdrawn(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, OBSERVING) as heart:
            heart.files.hold()
            asked = asyncio.create_task(heart.ask(resource="app:other"))
            await heart.sync_reached()
            stopping = asyncio.create_task(heart.order("suspend", "amr-1"))
            await asyncio.sleep(0)
            heart.files.let_go()
            assert not (await asked).permit
            await stopping

    asyncio.run(main())
