import asyncio
from contextlib import asynccontextmanager

import pytest

from nameplate.domain.errors import Conflict, NotFound, Refused
from nameplate.domain.notices import PersonNotice, Status
from nameplate.domain.registry import Touched
from nameplate.domain.sponsorships import Handover
from nameplate.flows.sponsor import DAY_US, SLICE, Sponsors
from nameplate.flows.uphold import Upholder
from tests.flows.heart import CONTRACT, beating, robot

SECRET = b"s" * 32
TEAM = {"kind": "Team", "id": "ops", "group": "ops-people"}
ANN, BOB, EVE = "ann@clinic.example", "bob@clinic.example", "eve@clinic.example"


class Company:
    """The people of a company, as its identity system tells of them."""

    def __init__(self, heart):
        self.heart = heart
        self.upholder = Upholder(heart.registry, heart.ledger, heart.lifecycle, SECRET, heart.clock)
        who = (heart.registry, heart.ledger, heart.lifecycle, heart.ledger, self.upholder.address)
        self.sponsors = Sponsors(*who, heart.clock, 14)

    async def tell(self, address, **said):
        usual = {"status": Status.ACTIVE, "groups": ("ops-people",)}
        notice = PersonNotice("iam", address.partition("@")[0], addresses=(address,), **(usual | said))
        (effect,) = await self.upholder.people([notice])
        return effect.id

    def orphans(self):
        return {each.actor: str(each.why) for each in self.sponsors.orphans()}

    def findings(self):
        return [record["finding"] for record in self.heart.records("finding")]


@asynccontextmanager
async def company(folder, *actors):
    async with beating(folder, TEAM, CONTRACT, *actors) as heart:
        found = Company(heart)
        await found.tell(BOB)
        await found.tell(ANN, manager="bob")
        yield found


def test_decisions_do_not_wait_until_all_were_looked_at(tmp_path):
    async def main():
        fleet = [robot(f"amr-{number}", sponsor=ANN) for number in range(3 * SLICE)]
        async with company(tmp_path, *fleet) as found:
            for look in (found.sponsors.succeed, found.sponsors.remind):
                looking, turns = asyncio.ensure_future(look()), 0
                while not looking.done():
                    turns += 1
                    await asyncio.sleep(0)
                assert turns > 3

    asyncio.run(main())


def test_of_all_that_comes_at_once_there_is_one_look(tmp_path, monkeypatch):
    async def main():
        async with company(tmp_path, robot(sponsor=ANN)) as found:
            looks, succeed = [], found.sponsors.succeed

            async def look():
                looks.append(len(found.heart.records("person")))
                await succeed()

            monkeypatch.setattr(found.sponsors, "succeed", look)
            watching = asyncio.ensure_future(found.sponsors.run())
            for number in range(20):
                await found.tell(f"p{number}@clinic.example")
                found.sponsors.touched(Touched("person", f"p-{number}"))
            async with asyncio.timeout(15):
                while not looks:  # noqa: ASYNC110 - it looks by itself
                    await asyncio.sleep(0.01)
            watching.cancel()
            assert looks == [22]

    asyncio.run(main())


def test_a_sponsor_who_leaves_is_succeeded_by_the_manager_who_says_yes(tmp_path):
    async def main():
        async with company(tmp_path, robot(sponsor=ANN)) as found:
            assert found.orphans() == {}
            await found.tell(ANN, status=Status.DISABLED)
            assert found.orphans() == {"amr-1": "sponsor_left"}
            await found.sponsors.succeed()
            offer = found.heart.registry.sponsorships["amr-1"]
            assert offer.successor == await found.tell(BOB)
            await found.sponsors.succeed()  # once is enough
            assert len(found.heart.registry.sponsorships) == 1
            with pytest.raises(Refused, match="not you"):
                await found.sponsors.accept("amr-1", "p-somebody-else")
            await found.sponsors.accept("amr-1", offer.successor)
            assert found.orphans() == {}
            with pytest.raises(Conflict):
                await found.sponsors.accept("amr-1", offer.successor)
            found.heart.now += 15 * DAY_US
            await found.sponsors.lapse()
            assert (await found.heart.ask()).permit
            await found.heart.declare()
            assert found.findings() == ["sponsor_gone"]
            assert found.heart.replayed().sponsorships == found.heart.registry.sponsorships

    asyncio.run(main())


@pytest.mark.parametrize(("tier", "acts"), [("high", False), ("low", True)])
def test_in_time_or_an_actor_of_high_tier_is_suspended_and_another_flagged(tmp_path, tier, acts):
    async def main():
        async with company(tmp_path, robot(sponsor=ANN, tier=tier)) as found:
            await found.tell(ANN, status=Status.DISABLED)
            await found.sponsors.succeed()
            await found.sponsors.lapse()
            assert (await found.heart.ask()).permit  # not before the time is over
            found.heart.now += 15 * DAY_US
            await found.sponsors.lapse()
            assert (await found.heart.ask()).permit is acts
            assert found.heart.registry.sponsorships["amr-1"].state is Handover.LAPSED
            await found.heart.declare()
            assert found.findings() == ["sponsor_gone", "orphaned"]

    asyncio.run(main())


def test_a_co_sponsor_comes_before_the_manager_and_whoever_is_back_needs_nobody(tmp_path):
    async def main():
        async with company(tmp_path, robot(sponsor=ANN, co_sponsors=[EVE])) as found:
            eve = await found.tell(EVE)
            await found.tell(ANN, status=Status.DISABLED)
            await found.sponsors.succeed()
            assert found.heart.registry.sponsorships["amr-1"].successor == eve
            await found.tell(EVE, status=Status.DISABLED)  # the one who is asked leaves, too
            await found.sponsors.succeed()
            assert found.heart.registry.sponsorships["amr-1"].successor == await found.tell(BOB)
            await found.tell(ANN, status=Status.ACTIVE)
            await found.sponsors.succeed()
            assert found.heart.registry.sponsorships == {}
            assert found.orphans() == {}

    asyncio.run(main())


def test_who_moves_to_another_team_does_not_answer_any_more(tmp_path):
    async def main():
        async with company(tmp_path, robot(sponsor=ANN)) as found:
            await found.tell(ANN, groups=("kitchen",))
            assert found.orphans() == {"amr-1": "sponsor_moved"}
            await found.sponsors.succeed()
            assert "amr-1" in found.heart.registry.sponsorships

    asyncio.run(main())


def test_an_owning_team_that_all_have_left_is_succeeded_by_the_sponsor_who_says_yes(tmp_path):
    async def main():
        async with company(tmp_path, robot(sponsor=EVE)) as found:
            eve = await found.tell(EVE, manager="bob")
            await found.tell(ANN, status=Status.DISABLED)
            await found.tell(BOB, groups=("kitchen",))
            await found.sponsors.succeed()
            assert found.heart.registry.sponsorships == {}, "one is left"
            await found.tell(EVE, groups=())  # the group is gone upstream, its people are not
            assert found.orphans() == {"amr-1": "owner_empty"}
            await found.sponsors.succeed()
            offer = found.heart.registry.sponsorships["amr-1"]
            assert (offer.former, offer.successor) == ("team:ops", eve)
            await found.tell(EVE, status=Status.DISABLED)
            await found.sponsors.succeed()
            assert found.heart.registry.sponsorships["amr-1"].successor == await found.tell(BOB, groups=("kitchen",))
            with pytest.raises(Refused, match="not you"):
                await found.sponsors.accept("amr-1", eve)
            await found.sponsors.accept("amr-1", found.heart.registry.sponsorships["amr-1"].successor)
            assert found.orphans() == {}
            await found.sponsors.succeed()
            found.heart.now += 15 * DAY_US
            await found.sponsors.lapse()
            assert (await found.heart.ask()).permit
            assert found.heart.replayed().groups == found.heart.registry.groups
            await found.heart.declare()
            assert found.findings() == ["owner_gone", "owner_gone"]

    asyncio.run(main())


@pytest.mark.parametrize(("tier", "acts"), [("high", False), ("low", True)])
def test_a_team_that_is_not_succeeded_in_time_stops_what_is_of_high_tier(tmp_path, tier, acts):
    async def main():
        async with company(tmp_path, robot(tier=tier)) as found:
            for each in (ANN, BOB):
                await found.tell(each, status=Status.DISABLED)
            await found.sponsors.succeed()
            assert found.heart.registry.sponsorships["amr-1"].successor == ""
            found.heart.now += 15 * DAY_US
            await found.sponsors.lapse()
            assert (await found.heart.ask()).permit is acts
            await found.heart.declare()
            assert found.findings() == ["owner_gone", "orphaned"]
            assert "its owner has left" in found.heart.records("finding")[-1]["text"]

    asyncio.run(main())


def test_a_team_that_is_back_needs_nobody_and_one_that_nobody_has_told_of_yet_is_not_gone(tmp_path):
    async def main():
        async with company(
            tmp_path, {"kind": "Team", "id": "new", "group": "yet to come"}, robot(owner="new")
        ) as found:
            await found.sponsors.succeed()
            assert (found.orphans(), found.heart.registry.sponsorships) == ({"amr-1": "owner_empty"}, {})
            await found.tell(BOB, groups=("yet to come",))
            await found.tell(BOB, groups=())
            await found.sponsors.succeed()
            assert found.heart.registry.sponsorships["amr-1"].former == "team:new"
            await found.tell(BOB, groups=("yet to come",))
            await found.sponsors.succeed()
            assert found.heart.registry.sponsorships == {}

    asyncio.run(main())


def test_every_kind_of_orphan_is_told_and_a_retired_one_is_none(tmp_path):
    async def main():
        actors = [
            robot("amr-1", owner=None, purpose=None, state="staged"),
            robot("amr-2"),
            robot("amr-3", sponsor="nobody@clinic.example"),
            robot("amr-4", sponsor=BOB),
            robot("amr-5"),
        ]
        async with company(tmp_path, *actors) as found:
            await found.heart.order("retire", "amr-5")
            assert found.orphans() == {"amr-1": "no_owner", "amr-2": "no_sponsor", "amr-3": "sponsor_unknown"}
            await found.tell(ANN, groups=())
            await found.tell(BOB, groups=())
            assert found.orphans()["amr-4"] == "owner_empty"

    asyncio.run(main())


def test_reviews_that_pass_raise_one_finding_each_and_a_review_sets_the_next_day(tmp_path):
    async def main():
        async with company(tmp_path, robot(sponsor=ANN, review_every="90d")) as found:
            await found.sponsors.remind()
            found.heart.now += 91 * DAY_US
            await found.sponsors.remind()
            await found.sponsors.remind()
            with pytest.raises(Refused):
                await found.sponsors.review("amr-1", "uid:0", " ")
            with pytest.raises(NotFound):
                await found.sponsors.review("nobody", "uid:0", "looked")
            due = await found.sponsors.review("amr-1", "uid:0", "still carries medication")
            assert due is not None
            assert due > found.heart.now + 89 * DAY_US
            await found.sponsors.remind()
            await found.heart.declare()
            assert found.findings() == ["review_overdue"]

    asyncio.run(main())


def test_nobody_is_asked_where_no_system_tells_of_people(tmp_path):
    async def main():
        async with beating(tmp_path, CONTRACT, robot(sponsor=ANN)) as heart:
            found = Company(heart)
            await found.sponsors.succeed()
            assert found.orphans() == {}
            with pytest.raises(NotFound):
                await found.sponsors.accept("amr-1", "uid:0")

    asyncio.run(main())


def test_it_watches_for_itself(tmp_path):
    async def main():
        async with company(tmp_path, robot(sponsor=ANN)) as found:
            offered = asyncio.Event()
            watchers = found.heart.ledger.watchers
            watchers += [found.sponsors.touched, lambda each: offered.set() if each.kind == "sponsorship" else None]
            running = asyncio.create_task(found.sponsors.run())
            await found.tell(ANN, status=Status.DISABLED)
            async with asyncio.timeout(10):
                await offered.wait()
            running.cancel()

    asyncio.run(main())
