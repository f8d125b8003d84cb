"""A search finds just what an evaluation would permit, page by page, and lets decisions through."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nameplate.domain import reference
from nameplate.domain.asked import Asked
from nameplate.domain.errors import Unavailable
from nameplate.domain.registry import Touched
from nameplate.domain.requests import AccessRequest
from nameplate.domain.traces import Trace
from nameplate.flows import search
from nameplate.flows.search import Found, Searcher, Wanted
from nameplate.ports.journal import JournalUnavailable
from tests.domain.index.worlds import wall
from tests.flows.heart import CONTRACT, READ, WORLD, Heart, beating, robot

ASKED = Asked("pep")


def searcher(heart: Heart) -> Searcher:
    made = Searcher(heart.registry, heart.ledger, heart.authorizer.weigh, lambda: heart.mono)
    heart.ledger.watchers.append(made.touched)
    return made


def wanted(what: str, heart: Heart, **parts: Any) -> Wanted:
    request = AccessRequest("amr-1", "read", "app:x", heart.clock())
    request = request._replace(**{name: parts.pop(name) for name in ("actor", "action", "resource") if name in parts})
    return Wanted(what, request, parts.pop("kind", "app"), ASKED, **parts)


async def everything(finder: Searcher, question: Wanted) -> list[str]:
    names: list[str] = []
    while True:
        found = await finder.search(question)
        names += found.names
        if not found.last:
            return names
        question = question._replace(after=found.last, first=False)


documents = st.builds(
    lambda grants, states, rules, public: [
        {"kind": "Zone", "id": "hall", "public": public},
        {"kind": "Zone", "id": "ward"},
        {"kind": "Door", "id": "d", "joins": ["hall", "ward"], "readers": [{"id": "in", "side": "ward"}]},
        CONTRACT | {"grants": grants},
        CONTRACT | {"id": "other", "grants": [READ]},
        *[robot(f"amr-{number}", state=state, contract=contract) for number, (state, contract) in enumerate(states)],
        *rules,
    ],
    st.lists(
        st.fixed_dictionaries(
            {
                "actions": st.lists(st.sampled_from(["read", "enter", "write"]), min_size=1, unique=True),
                "resources": st.lists(
                    st.sampled_from(["app:x", "app:y", "app:*", "zone:ward", "zone:*", "door:d"]),
                    min_size=1,
                    unique=True,
                ),
            },
            optional={"presence": st.just("remote"), "payloads": st.just(["food"])},
        ),
        min_size=1,
        max_size=3,
    ),
    st.lists(st.tuples(st.sampled_from([None, "active"]), st.sampled_from(["c", "other", "gone", None])), max_size=4),
    st.lists(
        st.builds(
            lambda ident, scope: {
                "kind": "Rule",
                "id": ident,
                "scope": scope,
                "cedar": "forbid (principal, action, resource);",
            },
            st.sampled_from("ab"),
            st.sampled_from([{"actors": ["amr-0"]}, {"resources": ["app:x"]}, {"actions": ["enter"]}]),
        ),
        max_size=1,
    ),
    st.booleans(),
)


@settings(max_examples=25, deadline=None)
@given(documents, st.integers(1, 3))
def test_a_name_is_found_if_and_only_if_an_evaluation_permits_it(tmp_path_factory, world, limit):
    async def main():
        async with beating(tmp_path_factory.mktemp("np"), *world) as heart:
            finder, now = searcher(heart), heart.clock()
            actors = sorted(heart.registry.actors)
            names = {"app": ["x", "y", "z"], "zone": ["hall", "ward"], "door": ["d"]}
            known = {
                name
                for contract in heart.registry.contracts.values()
                for grant in contract.grants
                for name in grant.resources
            }

            def permits(actor: str, action: str, resource: str) -> bool:
                asked = AccessRequest(actor, action, resource, now)
                verdict = heart.rules.review(reference.decide(heart.registry, asked, wall), asked)
                return verdict.permit

            for kind, idents in names.items():
                for action in ("read", "enter"):
                    for actor in [*actors, "ghost"]:
                        question = Wanted(
                            "resource", AccessRequest(actor, action, f"{kind}:*", now), kind, ASKED, limit=limit
                        )
                        listed = [each for each in idents if kind != "app" or f"app:{each}" in known]
                        expected = [each for each in listed if permits(actor, action, f"{kind}:{each}")]
                        assert await everything(finder, question) == expected
                    for ident in idents:
                        question = Wanted(
                            "subject", AccessRequest("*", action, f"{kind}:{ident}", now), kind, ASKED, limit=limit
                        )
                        expected = [each for each in actors if permits(each, action, f"{kind}:{ident}")]
                        assert await everything(finder, question) == expected
            for actor in actors:
                question = Wanted("action", AccessRequest(actor, "*", "app:x", now), "app", ASKED, limit=limit)
                expected = [each for each in ("enter", "read", "write") if permits(actor, each, "app:x")]
                assert await everything(finder, question) == expected

    asyncio.run(main())


def test_names_come_and_go_with_what_is_declared(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            finder = searcher(heart)
            assert await everything(finder, wanted("resource", heart, resource="app:*")) == ["x"]
            await heart.declare(CONTRACT | {"grants": [READ | {"resources": ["app:x", "app:y"]}]}, robot("amr-2"))
            assert await everything(finder, wanted("resource", heart, resource="app:*")) == ["x", "y"]
            assert await everything(finder, wanted("subject", heart)) == ["amr-1", "amr-2"]
            await heart.order("suspend", "amr-1")
            assert await everything(finder, wanted("subject", heart)) == ["amr-2"]

    asyncio.run(main())


def test_a_page_looks_at_so_many_candidates_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr(search, "MAX_WORK", 3)

    async def main():
        robots = [robot(f"amr-{number}", state=None) for number in range(7)]
        async with beating(tmp_path, CONTRACT, *robots, robot("amr-8")) as heart:
            finder = searcher(heart)
            assert await finder.search(wanted("subject", heart)) == Found([], "amr-2")
            assert await everything(finder, wanted("subject", heart)) == ["amr-8"]

    asyncio.run(main())


def test_decisions_are_made_while_a_search_is_under_way(tmp_path):
    async def main():
        robots = [robot(f"amr-{number}") for number in range(30)]
        async with beating(tmp_path, CONTRACT, *robots) as heart:
            ticks = iter(range(10**6))
            finder = Searcher(heart.registry, heart.ledger, heart.authorizer.weigh, lambda: next(ticks) / 1_000)
            running = asyncio.create_task(finder.search(wanted("subject", heart, first=False)))
            answered = 0
            while not running.done():
                heart.index.decide(wanted("subject", heart).request, 0.0)
                answered += 1
                await asyncio.sleep(0)
            assert len((await running).names) == 30
            assert answered >= 10

    asyncio.run(main())


@pytest.mark.parametrize(("sampled", "kept"), [(True, {"sampled": True}), (False, {})])
def test_the_trace_of_a_search_is_kept(tmp_path, sampled, kept):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            trace = Trace("0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", sampled)
            await searcher(heart).search(wanted("subject", heart)._replace(asked=Asked("pep", trace=trace)))
            (record,) = heart.records("search")
            members = {name: record[name] for name in ("trace_id", "parent_span_id", "sampled") if name in record}
            assert members == {"trace_id": trace.id, "parent_span_id": trace.parent} | kept

    asyncio.run(main())


def test_a_search_that_cannot_be_recorded_tells_nothing(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.fail("sync")
            with pytest.raises(JournalUnavailable):
                await searcher(heart).search(wanted("subject", heart))

    asyncio.run(main())


def test_too_many_searches_at_once_are_turned_away(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.hold()
            finder = searcher(heart)
            asyncio.get_running_loop().call_later(0.2, heart.files.let_go)
            asked = [finder.search(wanted("subject", heart)) for _ in range(search.MAX_WAITING + 2)]
            told = await asyncio.gather(*asked, return_exceptions=True)
            assert {type(each) for each in told} == {Found, Unavailable}

    asyncio.run(main())


def test_what_does_not_name_resources_keeps_the_list(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            finder = searcher(heart)
            await everything(finder, wanted("resource", heart, resource="app:*"))
            finder.touched(Touched("standing", "amr-1"))
            assert await everything(finder, wanted("resource", heart, resource="app:*")) == ["x"]

    asyncio.run(main())


def test_a_search_that_is_given_up_leaves_no_half_list_behind(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            finder = searcher(heart)
            question = wanted("resource", heart, resource="app:*", first=False)
            given_up = asyncio.create_task(finder.search(question))
            await asyncio.sleep(0)
            given_up.cancel()
            await asyncio.gather(given_up, return_exceptions=True)
            assert given_up.cancelled()
            assert await everything(finder, question) == ["x"]

    asyncio.run(main())


def test_a_point_that_observes_finds_what_its_evaluations_permit(tmp_path):
    point = {"kind": "Point", "id": "trial", "type": "authzen", "mode": {"default": "observe", "until": "2099-12-31"}}
    rule: dict[str, Any] = {"kind": "Rule", "id": "r", "scope": {"resources": ["app:x"]}}
    rule["cedar"] = "forbid (principal, action, resource);"

    async def main():
        async with beating(tmp_path, *WORLD, rule, point) as heart:
            finder = searcher(heart)
            for name, permitted in (("trial", True), ("pep", False)):
                asked = await heart.authorizer.authorize(wanted("subject", heart).request, Asked(name))
                question = wanted("subject", heart)._replace(asked=Asked(name))
                assert asked.permit is permitted
                assert await everything(finder, question) == (["amr-1"] if permitted else [])

    asyncio.run(main())
