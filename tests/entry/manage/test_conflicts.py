"""Two who change what is declared: one after the other, or one of them is told to look again."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest

from nameplate.domain.errors import Conflict
from tests.entry.manage.managing import beside

CONTRACT = 'kind: Contract\nid: {ident}\ngrants:\n- {{actions: [read], resources: ["record:{number}"]}}'


def files(text):
    return {"files": [{"name": "m.yaml", "text": text}]}


def declared(world):
    return [line for line in world.run("journal", "export", "--out", "-").out.splitlines() if '"declared"' in line]


def test_a_plan_made_on_what_is_no_more_is_a_conflict_and_leaves_nothing(world, tmp_path):
    async def main():
        async with beside(world, tmp_path) as late:
            await asyncio.to_thread(world.apply, "{kind: Team, id: was-first, name: X}")
            reply = await late.post("/v1/apply", files("{kind: Team, id: was-late, name: X}"))
            assert (reply.status, reply.headers["content-type"]) == (409, "application/problem+json")
            assert reply.body["type"] == "urn:nameplate:problem:declared_meanwhile"
            assert reply.body["remedy"] == "Look at the difference and apply again."
            exported = (await asyncio.to_thread(world.run, "export")).out
            assert ("was-first" in exported, "was-late" in exported) == (True, False)
            following = asyncio.create_task(late.projection.run())
            await late.projection.reach(late.projection.registry.seq + 1)
            again = await late.post("/v1/apply", files("{kind: Team, id: was-late, name: X}"))
            assert (again.status, again.body["operations"][0]["op"]) == (200, "create")
            assert late.projection.registry.seq >= again.body["seq"]
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)
            assert "was-late" in (await asyncio.to_thread(world.run, "export")).out

    asyncio.run(main())


def test_what_was_read_after_planning_makes_no_old_plan_new(world, tmp_path):
    async def main():
        async with beside(world, tmp_path) as late:
            planned_at = late.projection.registry.seq
            await asyncio.to_thread(world.apply, "{kind: Team, id: between, name: X}")
            while "between" not in late.projection.registry.teams:
                await late.projection.advance()
            change = {"op": "put", "doc": {"kind": "Team", "id": "from-before", "name": "X"}}
            with pytest.raises(Conflict):
                await late.commands.declare([change], "uid:0", planned_at)
            assert "from-before" not in (await asyncio.to_thread(world.run, "export")).out

    asyncio.run(main())


def test_changes_of_one_contract_at_once_each_get_a_revision_of_their_own(world):
    texts = [CONTRACT.format(ident="contended", number=number) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(world.apply, texts))
    assert [answer["operations"][0]["op"] for answer in answers].count("create") == 1
    assert len({answer["seq"] for answer in answers}) == 8
    world.actor("contender", contract="contended")
    assert world.server.client.get("/v1/actors/contender")["contract_revision"] == "contended@8"


def test_faults_of_several_files_are_all_told_and_leave_no_record(world):
    before = len(declared(world))
    wrong = [
        {"name": "good.yaml", "text": "{kind: Team, id: spoilt, name: X}"},
        {"name": "one.yaml", "text": "kind: Team\nid: t\nname: X\ncolour: red"},
        {"name": "two.yaml", "text": CONTRACT.format(ident="c", number=1) + "\nrate: 120"},
    ]
    with pytest.raises(Exception, match="Nothing was applied") as refused:
        world.server.client.post("/v1/apply", {"files": wrong})
    places = [(each["file"], each["line"], each["field"]) for each in refused.value.problems]  # type: ignore[attr-defined]
    assert places == [("one.yaml", 4, "colour"), ("two.yaml", 5, "rate")]
    assert all(each["message"] and each["remedy"] for each in refused.value.problems)  # type: ignore[attr-defined]
    assert len(declared(world)) == before
    assert "spoilt" not in world.run("export").out
