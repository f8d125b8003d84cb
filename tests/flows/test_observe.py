import asyncio
from typing import Any

import pytest

from nameplate.domain.asked import Asked
from nameplate.domain.outcomes import Happening, Outcome
from nameplate.domain.requests import AccessRequest
from nameplate.flows.observe import Observer
from tests.flows.heart import CONTRACT, Heart, beating, robot

ENTER = {"actions": ["enter"], "resources": ["zone:*"]}
DOORS = [
    {
        "kind": "Door",
        "id": door,
        "site": "default",
        "joins": joins,
        "readers": [{"id": "r1", "side": joins[0]}, {"id": "r2", "side": joins[1]}],
    }
    for door, joins in (("outer", ["hall", "lock"]), ("inner", ["lock", "ward"]))
]
WORLD: tuple[dict[str, Any], ...] = (
    *({"kind": "Zone", "id": zone, "site": "default"} for zone in ("hall", "lock")),
    {"kind": "Zone", "id": "ward", "site": "default", "anti_passback": "soft"},
    *DOORS,
    {"kind": "Interlock", "id": "airlock", "site": "default", "doors": ["outer", "inner"]},
    CONTRACT | {"grants": [ENTER]},
    robot(),
    robot("amr-2"),
)
VAULT: tuple[dict[str, Any], ...] = (
    *({"kind": "Zone", "id": zone, "site": "default"} for zone in ("hall", "lock")),
    DOORS[0],
    {"kind": "Team", "id": "guards"},
    {"kind": "Badge", "id": "guard-1", "holder": "guards", "escort": True},
    {"kind": "Badge", "id": "officer-1", "holder": "guards", "custody": True},
    {"kind": "Badge", "id": "visitor-1", "holder": "guards"},
    robot(),
    robot("amr-2"),
    robot("amr-3", escort=True),
)
TOGETHER = CONTRACT | {"grants": [ENTER | {"custody": "two", "custody_within": "20s"}]}
ONLY_1, ONLY_3 = ({"where": {"subject.id": [actor]}} for actor in ("amr-1", "amr-3"))
ESCORTED = CONTRACT | {"grants": [ENTER | ONLY_1 | {"escort": {"within": "20s"}}, ENTER | ONLY_3]}


def shown(observer: Observer, badge: str, reader: str = "r1") -> None:
    observer.outcome(Outcome(Happening.BADGE, 0, "outer", reader), {"badge": badge})


def watched(heart: Heart) -> Observer:
    observer = Observer(heart.registry, heart.index, heart.ledger, lambda: heart.mono)
    heart.authorizer.on_passed_back = observer.passed_back
    return observer


async def present(
    heart: Heart, door: str, actor: str = "amr-1", reader: str = "r1", *, simulated: bool = False
) -> tuple[str, ...]:
    request = AccessRequest(actor, "enter", f"door:{door}", heart.clock(), presence="reader", reader=reader)
    return (await heart.authorizer.authorize(request, Asked("p1", simulated=simulated))).verdict.reasons


def test_of_two_that_ask_at_the_same_moment_only_one_wins(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            asked = await asyncio.gather(present(heart, "outer"), present(heart, "inner", "amr-2"))
            assert list(asked) == [("granted",), ("interlock", "door:outer")]

    asyncio.run(main())


@pytest.mark.parametrize("end", [Happening.PASSAGE, Happening.NO_PASSAGE, Happening.DOOR_CLOSED])
def test_the_other_door_is_free_once_the_crossing_has_ended(tmp_path, end):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            observer = watched(heart)
            await present(heart, "outer")
            observer.outcome(Outcome(Happening.STRIKE_COMMANDED, 0, "outer"), {})
            assert await present(heart, "inner") == ("interlock", "door:outer")
            observer.outcome(Outcome(end, 0, "outer"), {})
            assert await present(heart, "inner") == ("granted",)

    asyncio.run(main())


def test_a_simulation_holds_no_door(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            assert await present(heart, "outer", simulated=True) == ("granted",)
            assert await present(heart, "inner") == ("granted",)

    asyncio.run(main())


def test_an_open_door_holds_the_other_also_after_a_start(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.ledger.note({"kind": "outcome", "point": "p1", "happening": "door_forced", "door": "outer"})
            assert await present(heart, "inner") == ("interlock", "door:outer")
            assert heart.replayed().leaves.keys() == {"outer"}

    asyncio.run(main())


def test_soft_anti_passback_permits_and_raises_a_finding(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            watched(heart)
            passage = {"from_zone": "lock", "to_zone": "ward", "actor": "amr-1", "door": "inner"}
            heart.ledger.note({"kind": "outcome", "point": "p1", "happening": "passage", **passage})
            assert await present(heart, "inner", simulated=True) == ("granted", "anti_passback")
            assert await present(heart, "inner") == ("granted", "anti_passback")
            assert await present(heart, "inner", "amr-2") == ("granted",)
            await heart.ledger.commit({"kind": "mark"})
            (finding,) = heart.records("finding")
            assert (finding["finding"], finding["actor"], finding["door"]) == ("anti_passback", "amr-1", "inner")

    asyncio.run(main())


def test_the_second_of_two_opens_and_uses_up_the_first(tmp_path):
    async def main():
        async with beating(tmp_path, TOGETHER, *VAULT) as heart:
            assert await present(heart, "outer") == ("dual_custody",)
            assert await present(heart, "outer") == ("dual_custody",)
            assert await present(heart, "outer", "amr-2", reader="r2") == ("dual_custody",)
            heart.mono += 19.9
            assert await present(heart, "outer", "amr-2") == ("granted",)
            assert await present(heart, "outer", "amr-3") == ("dual_custody",)

    asyncio.run(main())


def test_the_first_counts_no_longer_than_the_time_and_only_if_it_is_entitled(tmp_path):
    async def main():
        stopped = TOGETHER | {"grants": [TOGETHER["grants"][0] | {"unless": {"subject.id": ["amr-2"]}}]}
        async with beating(tmp_path, stopped, *VAULT) as heart:
            await present(heart, "outer")
            heart.mono += 20.0
            assert await present(heart, "outer", "amr-3") == ("dual_custody",)
            heart.mono += 20.0
            assert await present(heart, "outer", "amr-2") == ("dual_custody",)
            assert await present(heart, "outer") == ("dual_custody",)

    asyncio.run(main())


def test_a_simulation_is_nobody(tmp_path):
    async def main():
        async with beating(tmp_path, TOGETHER, *VAULT) as heart:
            await present(heart, "outer", simulated=True)
            assert await present(heart, "outer", "amr-2") == ("dual_custody",)
            assert await present(heart, "outer", simulated=True) == ("granted",)
            assert await present(heart, "outer") == ("granted",)

    asyncio.run(main())


@pytest.mark.parametrize(
    ("contract", "badge", "reasons"),
    [
        (TOGETHER, "officer-1", ("granted",)),
        (TOGETHER, "guard-1", ("dual_custody",)),
        (TOGETHER, "nobody", ("dual_custody",)),
        (ESCORTED, "guard-1", ("granted",)),
        (ESCORTED, "officer-1", ("escort", "where")),
        (ESCORTED, "visitor-1", ("escort", "where")),
    ],
)
def test_a_badge_counts_for_what_it_was_declared_for(tmp_path, contract, badge, reasons):
    async def main():
        async with beating(tmp_path, contract, *VAULT) as heart:
            observer = watched(heart)
            shown(observer, badge, reader="r2")
            assert (await present(heart, "outer"))[0] != "granted"
            heart.mono += 60.0
            shown(observer, badge)
            assert sorted(await present(heart, "outer")) == sorted(reasons)

    asyncio.run(main())


def test_an_actor_that_escorts_goes_first(tmp_path):
    async def main():
        async with beating(tmp_path, ESCORTED, *VAULT) as heart:
            assert (await present(heart, "outer"))[0] == "where"
            assert await present(heart, "outer", "amr-3") == ("granted",)
            assert await present(heart, "outer") == ("granted",)
            heart.mono += 20.0
            assert "escort" in await present(heart, "outer")

    asyncio.run(main())
