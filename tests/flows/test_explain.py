import asyncio

import pytest

from nameplate.boot.timezones import wall
from nameplate.domain.asked import Asked
from nameplate.domain.errors import NotFound
from nameplate.domain.networks import parse_address
from nameplate.domain.recorded import outcome, question
from nameplate.domain.verdicts import Reason
from nameplate.flows.explain import Explainer
from nameplate.journals.segments import SegmentReader
from tests.flows.heart import CONTRACT, READ, WORLD, beating, request


def explainer(heart):
    return Explainer(heart.registry, SegmentReader(heart.folder), wall)


def test_a_decision_is_found_by_its_id_and_explained(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            decision = await heart.ask(resource="app:other")
            record = explainer(heart).record(decision.decision_id)
            assert record["decision_id"] == decision.decision_id
            explanation = explainer(heart).explain(record)
            assert "app:other" in str(explanation)

    asyncio.run(main())


@pytest.mark.parametrize(
    "decision_id",
    [
        "",
        "n1",
        "n1-",
        "n1-0",
        "n1-1",
        "n1-99",
        "n1--2",
        "n1-+2",
        "n1- 2",
        "n1-02",
        "n2-2",
        "n1-" + "9" * 30,
        "n1-\u0662",
        "-2",
    ],
)
def test_no_other_id_finds_anything(tmp_path, decision_id):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            decision = await heart.ask()
            assert decision.decision_id == "n1-2"
            with pytest.raises(NotFound) as refused:
                explainer(heart).record(decision_id)
            assert refused.value.remedy

    asyncio.run(main())


def test_the_question_and_the_answer_come_back_from_the_record(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            asked = request(heart.clock(), "amr-1", "app:x")._replace(
                ip=parse_address("2001:db8::1"), environment="lan", payload="medication", distance_m=2.5, task="t"
            )
            decision = await heart.authorizer.authorize(asked, Asked("pep"))
            record = explainer(heart).record(decision.decision_id)
            assert question(record) == asked._replace(at=decision.at)
            assert outcome(record) == decision.verdict

    asyncio.run(main())


def test_a_simulated_question_is_explained_as_of_the_moment_it_asked_about(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            asked = request(1_000_000, "amr-1", "app:x")
            decision = await heart.authorizer.authorize(asked, Asked("pep", simulated=True))
            assert question(explainer(heart).record(decision.decision_id)).at == 1_000_000

    asyncio.run(main())


def test_a_decision_is_explained_by_the_revision_that_decided_it(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            former = await heart.ask()
            changed = CONTRACT | {"grants": [READ | {"payloads": ["medication"]}]}
            change = {"op": "put", "doc": changed, "revision": 2}
            await heart.ledger.commit({"kind": "declared", "by": "uid:0", "changes": [change]})
            later = await heart.ask()
            assert (former.verdict.contract, later.verdict.contract) == ("c@1", "c@2")
            assert later.verdict.reason is Reason.PAYLOAD
            told = [explainer(heart).explain(explainer(heart).record(each.decision_id)) for each in (former, later)]
            assert "medication" not in str(told[0])
            assert "medication" in str(told[1])

    asyncio.run(main())


def test_a_denial_for_its_state_is_explained_as_it_was_then(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            await heart.order("repair", "amr-1")
            decision = await heart.ask()
            await heart.order("activate", "amr-1")
            explanation = explainer(heart).explain(explainer(heart).record(decision.decision_id))
            assert "repair" in str(explanation)

    asyncio.run(main())


def test_a_decision_about_somebody_unknown_is_explained_too(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            decision = await heart.ask("stranger")
            assert "stranger" in str(explainer(heart).explain(explainer(heart).record(decision.decision_id)))

    asyncio.run(main())
