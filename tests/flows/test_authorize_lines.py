"""Answers without a task each: the same promises as `release`."""

import asyncio
from functools import partial

from nameplate.domain.asked import Asked
from nameplate.domain.verdicts import Reason
from nameplate.flows.authorize import SLICE
from tests.flows.heart import WORLD, Heart, beating, request, robot

ASKED = Asked("pep")


def submit(heart: Heart, *resources: str, actor: str = "amr-1"):
    decided = [heart.authorizer.decide(request(heart.clock(), actor, each), ASKED) for each in resources]
    return heart.authorizer.record(decided)


def told(heart: Heart, pending):
    answered = asyncio.get_running_loop().create_future()
    heart.authorizer.when_durable(pending, answered.set_result)
    return answered


def test_nothing_is_told_before_the_sync_that_covers_it(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.hold()
            answers = [told(heart, submit(heart, each)) for each in ("app:x", "app:other", "app:x")]
            await heart.sync_reached()
            assert not any(answer.done() for answer in answers)
            heart.files.let_go()
            decisions = [one for answer in answers for one in await answer]
            assert [decision.permit for decision in decisions] == [True, False, True]
            written = [record["decision_id"] for record in heart.records("decision")]
            assert written == [decision.decision_id for decision in decisions]
            assert (heart.authorizer.tally.permits, heart.authorizer.tally.denials) == (2, 1)

    asyncio.run(main())


def test_a_batch_is_told_when_the_one_sync_that_covers_it_is_over(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.hold()
            first = told(heart, submit(heart, "app:x"))
            await heart.sync_reached()
            answer = told(heart, submit(heart, "app:x", "app:x", "app:other"))
            await asyncio.sleep(0.01)
            assert not first.done()
            assert not answer.done()
            heart.files.let_go()
            assert [decision.permit for decision in await answer] == [True, True, False]
            assert [decision.permit for decision in await first] == [True]

    asyncio.run(main())


def test_a_stop_during_the_sync_turns_the_permit_into_a_denial_that_is_recorded(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, robot("amr-2")) as heart:
            heart.files.hold()
            stopped, other = told(heart, submit(heart, "app:x")), told(heart, submit(heart, "app:x", actor="amr-2"))
            await heart.sync_reached()
            order = asyncio.create_task(heart.order("suspend", "amr-1"))
            await asyncio.sleep(0)
            heart.files.let_go()
            (decision,) = await stopped
            assert (decision.permit, decision.verdict.reason) == (False, Reason.STATE)
            assert (await other)[0].permit
            await order
            assert [record["decision_id"] for record in heart.records("withdrawn")] == [decision.decision_id]

    asyncio.run(main())


def test_what_cannot_be_kept_is_denied(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.fail("sync")
            met, known = told(heart, submit(heart, "app:x")), None
            (decision,) = await met
            known = told(heart, submit(heart, "app:x"))  # by now the journal is known to be ill
            for each in (decision, (await known)[0]):
                assert (each.permit, each.verdict.reason, each.decision_id) == (False, Reason.JOURNAL_UNAVAILABLE, "")

    asyncio.run(main())


def test_a_long_line_is_told_in_slices_and_in_order(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            order: list[int] = []
            turns: list[int] = []
            last = asyncio.get_running_loop().create_future()

            def then(number: int, _decisions: object) -> None:
                order.append(number)
                if number == 2 * SLICE:
                    last.set_result(None)

            for number in range(2 * SLICE + 1):
                heart.authorizer.when_durable(submit(heart, "app:other"), partial(then, number))
            while not last.done():
                turns.append(len(order))
                await asyncio.sleep(0)
            assert order == list(range(2 * SLICE + 1))
            assert {0, SLICE, 2 * SLICE} <= set(turns)

    asyncio.run(main())


def test_an_empty_batch_is_told_that_it_is_empty(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            assert await told(heart, submit(heart)) == []

    asyncio.run(main())
