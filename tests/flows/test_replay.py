"""The same question again, after something has changed."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from nameplate.boot.rules import review_of
from nameplate.boot.timezones import wall
from nameplate.domain.actors import State
from nameplate.domain.asked import Asked
from nameplate.domain.registry import Registry, fold
from nameplate.domain.verdicts import Decision, Reason, Verdict
from nameplate.flows.replay import NOT_ASKED, PRUNED, RATES, UNRECORDED, Replay, Replayer
from nameplate.journals.segments import SegmentReader
from tests.flows.heart import CONTRACT, READ, WORLD, Heart, beating, request, robot

RULE = {"kind": "Rule", "id": "r", "scope": {"actions": ["read"]}, "cedar": "forbid (principal, action, resource);"}


def replayer(heart: Heart) -> Replayer:
    return Replayer(heart.registry, SegmentReader(heart.folder), wall, review_of)


def replayed(heart: Heart, decision: Decision) -> Replay:
    record = next(each for each in heart.records("decision") if each["decision_id"] == decision.decision_id)
    return replayer(heart).replay(record, replayer(heart).as_of(record))


def told(found: Replay) -> list[str]:
    return [str(each) for each in found.changes]


async def changed(heart: Heart, revision: int, **fields: Any) -> None:
    change = {"op": "put", "doc": CONTRACT | {"grants": [READ | fields]}, "revision": revision}
    await heart.ledger.commit({"kind": "declared", "by": "uid:0", "changes": [change]})


def test_what_nothing_has_changed_about_is_answered_the_same(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, RULE | {"scope": {"actions": ["write"]}}) as heart:
            for resource in ("app:x", "app:other"):
                found = replayed(heart, await heart.ask(resource=resource))
                assert (found.same, found.changes, found.caveats) == (True, (), (RATES,))
                assert found.sentence.startswith("Asked now under the same circumstances: the same answer.")

    asyncio.run(main())


def test_a_new_contract_a_new_rule_and_a_stop_are_each_named(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            before = await heart.ask()
            await changed(heart, 2, payloads=["food"])
            found = replayed(heart, before)
            assert found.now == Verdict(False, Reason.PAYLOAD, ("payload",), "c@2", 0, "app:x")
            assert (found.same, told(found)) == (False, ["Contract c: c@1, now c@2 (grants[0].payloads)"])
            await changed(heart, 3)
            await heart.declare(RULE)
            found = replayed(heart, before)
            assert found.now == Verdict(False, Reason.RULE_FORBIDS, ("rule_forbids", "r@1"), "c@3", -1, "app:x")
            assert told(found) == ["Contract c: c@1, now c@3", "Rule r: none, now r@1"]
            await heart.order("suspend", "amr-1")
            found = replayed(heart, before)
            assert found.now == Verdict(False, Reason.STATE, ("state", "suspended"))
            assert "state amr-1: active, now suspended" in told(found)
            assert "deny (state, suspended). Changed since: " in found.sentence

    asyncio.run(main())


def test_a_refusal_by_a_rule_that_is_gone_would_be_a_permit(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, RULE) as heart:
            refused = await heart.ask()
            await heart.ledger.commit(
                {"kind": "declared", "by": "uid:0", "changes": [{"op": "delete", "kind": "Rule", "id": "r"}]}
            )
            found = replayed(heart, refused)
            assert (refused.permit, found.now and found.now.permit, found.same) == (False, True, False)
            assert told(found) == ["Rule r: r@1, now none"]

    asyncio.run(main())


def test_properties_that_mattered_are_told_of(tmp_path):
    contract = CONTRACT | {"grants": [READ | {"where": {"resource.status": ["open"]}}]}

    async def main():
        async with beating(tmp_path, contract, *WORLD[1:]) as heart:
            asked = request(heart.clock(), "amr-1", "app:x")._replace(resource_properties={"status": "open"})
            found = replayed(heart, await heart.authorizer.authorize(asked, Asked("pep")))
            assert found.caveats == (UNRECORDED, RATES)
            assert found.sentence.endswith(f"{UNRECORDED} {RATES}")

    asyncio.run(main())


def test_what_was_sent_and_is_declared_is_asked_again(tmp_path):
    scada = {"kind": "Point", "id": "scada", "type": "http", "supplies": {"resource.status": "text"}}
    asks = "context.sent.resource has status && context.sent.resource.status"
    head = "forbid (principal, action, resource)"
    closed, opened = (RULE | {"cedar": f'{head} when {{ {asks} == "{each}" }};'} for each in ("closed", "open"))

    async def main():
        async with beating(tmp_path, *WORLD, scada, closed) as heart:
            asked = request(heart.clock(), "amr-1", "app:x")._replace(resource_properties={"status": "closed"})
            refused = await heart.authorizer.authorize(asked, Asked("pep"))
            found = replayed(heart, refused)
            assert (refused.permit, found.same, found.caveats) == (False, True, (RATES,))
            await heart.declare(opened)
            found = replayed(heart, refused)
            assert (found.now and found.now.permit, found.caveats) == (True, (RATES,))

    asyncio.run(main())


def test_what_was_refused_before_any_decision_is_not_asked_again(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            verdict = Verdict(False, Reason.WRONG_KEY, ("wrong_key",))
            refusal = await heart.authorizer.refuse(verdict, request(heart.clock(), "amr-1", "app:x"), Asked("pep"))
            found = replayed(heart, refusal)
            assert (found.now, found.same, found.sentence) == (None, False, NOT_ASKED)

    asyncio.run(main())


class Pruned(SegmentReader):
    """A journal whose first records are gone."""

    def read(self, from_seq: int = 1) -> Any:
        return super().read(max(2, from_seq))


def test_a_pruned_journal_still_gives_the_answer_of_now(tmp_path: Path) -> None:
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            await heart.ask()
            [record] = heart.records("decision")
            await heart.declare(robot("amr-2"))
            pruned = Replayer(heart.registry, Pruned(heart.folder), wall, review_of)
            assert pruned.as_of(record) is None
            found = pruned.replay(record, None)
            assert (found.same, found.changes, found.caveats) == (True, (), (PRUNED, RATES))

    asyncio.run(main())


def test_the_state_of_then_is_that_before_the_decision(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            first = await heart.ask()
            await heart.order("suspend", "amr-1")
            second = await heart.ask()
            records = {each["decision_id"]: each for each in heart.records("decision")}
            states = [replayer(heart).as_of(records[each.decision_id]) for each in (first, second)]
            assert [each and each.standings["amr-1"].state for each in states] == ["active", "suspended"]
            assert isinstance(states[0], Registry)

    asyncio.run(main())


class Watched(SegmentReader):
    """A journal that notes from where on it is read."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.begun: list[int] = []

    def read(self, from_seq: int = 1) -> Any:
        self.begun.append(from_seq)
        return super().read(from_seq)


def test_only_what_came_after_a_state_that_is_known_is_read(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, robot("amr-2")) as heart:
            early = await heart.ask()
            await heart.declare(robot("amr-3"))
            reader = Watched(heart.folder)
            subject = Replayer(heart.registry, reader, wall, review_of)
            started = heart.registry.seq
            await changed(heart, 2, rate="5/h")
            first = await heart.ask()
            await heart.order("suspend", "amr-2")
            second = await heart.ask()
            numbers = {each["decision_id"]: each for each in heart.records("decision")}
            for decision in (first, second, early, second):
                record = numbers[decision.decision_id]
                state = subject.as_of(record)
                assert state is not None
                fresh = Registry()
                for each in heart.records():
                    if each["seq"] < record["seq"] and each["kind"] != "decision":
                        fold(fresh, each)
                assert state == replace(fresh, seq=state.seq)
            first_seq = numbers[first.decision_id]["seq"]
            assert reader.begun == [started + 1, first_seq, 1, started + 1]
            assert heart.registry.standings["amr-2"].state is State.SUSPENDED

    asyncio.run(main())
