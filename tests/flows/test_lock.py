import asyncio
from dataclasses import replace

import pytest

from nameplate.domain.errors import Invalid, NotFound, Refused
from nameplate.domain.lockdowns import Threat
from nameplate.domain.stops import Receipt, Stop
from nameplate.domain.verdicts import Reason
from nameplate.flows import lock as locking
from nameplate.flows.lock import PlaceOrder, Places
from tests.flows.doors import Post, connected, honest
from tests.flows.heart import CONTRACT, READ, Heart, beating, request, robot

ENTER = {"actions": ["enter"], "resources": ["zone:ward", "zone:hall"], "presence": "remote"}
WORLD = (
    {"kind": "Site", "id": "clinic"},
    {"kind": "Zone", "id": "ward", "site": "clinic"},
    {"kind": "Zone", "id": "hall", "site": "clinic"},
    CONTRACT | {"grants": [READ, ENTER]},
    robot(site="clinic"),
)
WARD = PlaceOrder("uid:0", "A test.", ("ward",))


def places(heart: Heart) -> Places:
    return Places(heart.registry, heart.ledger, heart.connections, heart.clock, lambda: "lockdown-1")


def test_a_lockdown_is_in_force_recorded_and_survives_a_start(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            assert (await heart.ask(resource="zone:ward")).permit
            done = await places(heart).lock(WARD)
            assert (done.places, done.recorded) == (("ward",), True)
            assert (await heart.ask(resource="zone:ward")).verdict.reasons == ("lockdown", "zone")
            assert (await heart.ask(resource="zone:hall")).permit
            (record,) = heart.records("zone_state")
            assert (record["to"], record["zones"], record["by"]) == ("locked", ["ward"], "uid:0")
            assert heart.replayed().lockdowns.keys() == {"ward"}
            await places(heart).release(WARD)
            assert (await heart.ask(resource="zone:ward")).permit
            assert heart.replayed().lockdowns == {}

    asyncio.run(main())


@pytest.mark.parametrize("bar", ["lock", "threat"])
def test_no_permit_leaves_after_a_bar_that_overtook_it(tmp_path, bar):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.hold()
            asked = asyncio.create_task(heart.ask(resource="zone:ward"))
            other = asyncio.create_task(heart.ask(resource="app:x"))
            await heart.sync_reached()
            order = PlaceOrder("uid:0", "A test.", site="clinic")
            done = places(heart).lock(WARD) if bar == "lock" else places(heart).set_threat("severe", order)
            barring = asyncio.create_task(done)
            await asyncio.sleep(0)
            heart.files.let_go()
            decision = await asked
            assert (decision.permit, decision.verdict.reason) == (False, Reason.LOCKDOWN)
            assert (await other).permit is (bar == "lock")
            assert (await barring).recorded
            await heart.ledger.commit({"kind": "mark"})
            withdrawn = {record["decision_id"]: record["reason"] for record in heart.records("withdrawn")}
            assert withdrawn[decision.decision_id] == "lockdown"

    asyncio.run(main())


def test_a_lockdown_holds_while_the_disk_is_broken_and_says_so(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            heart.files.fail("write", "sync")
            done = await places(heart).lock(WARD)
            assert not done.recorded
            assert heart.index.decide(request(heart.clock(), "amr-1", "zone:ward"), 0.0).reason is Reason.LOCKDOWN

    asyncio.run(main())


def test_a_threat_level_goes_up_at_once_and_down_again(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            order = PlaceOrder("uid:0", "A test.", site="clinic")
            assert (await places(heart).set_threat("severe", order)).places == ("clinic",)
            assert (await heart.ask(resource="zone:ward")).verdict.reasons == ("lockdown", "threat_severe")
            assert heart.replayed().threats["clinic"].level is Threat.SEVERE
            await places(heart).set_threat("normal", PlaceOrder("uid:0", "Over."))
            assert (await heart.ask(resource="zone:ward")).permit
            assert heart.replayed().threats == {}

    asyncio.run(main())


def test_a_site_means_all_its_zones_in_records_of_bounded_size(tmp_path, monkeypatch):
    monkeypatch.setattr(locking, "ZONES_A_RECORD", 1)

    async def main():
        async with beating(tmp_path, *WORLD, {"kind": "Zone", "id": "far", "site": "other"}) as heart:
            whole = PlaceOrder("uid:0", "A test.", site="clinic")
            assert (await places(heart).lock(whole)).places == ("hall", "ward")
            assert [record["zones"] for record in heart.records("zone_state")] == [["hall"], ["ward"]]
            assert (await places(heart).release(whole)).places == ("hall", "ward")

    asyncio.run(main())


def test_a_zone_that_is_no_longer_declared_can_still_be_released(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            await places(heart).lock(WARD)
            gone = {"op": "delete", "kind": "Zone", "id": "ward"}
            await heart.ledger.commit({"kind": "declared", "by": "uid:0", "changes": [gone]})
            assert heart.registry.lockdowns.keys() == {"ward"}
            await places(heart).release(WARD)
            assert heart.registry.lockdowns == {}

    asyncio.run(main())


@pytest.mark.parametrize(
    ("order", "error"),
    [
        (PlaceOrder("uid:0", " ", ("ward",)), Refused),
        (PlaceOrder("uid:0", "x", ("ward", "nowhere")), NotFound),
        (PlaceOrder("uid:0", "x", site="nowhere"), NotFound),
        (PlaceOrder("uid:0", "x"), Invalid),
        (PlaceOrder("uid:0", "x", ("ward",), "clinic"), Invalid),
    ],
)
def test_an_order_that_cannot_be_carried_out_changes_nothing(tmp_path, order, error):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            with pytest.raises(error):
                await places(heart).lock(order)
            assert heart.registry.lockdowns == {}
            assert heart.records("zone_state") == []

    asyncio.run(main())


def test_what_is_not_locked_cannot_be_released_and_an_unknown_level_is_refused(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            with pytest.raises(NotFound):
                await places(heart).release(WARD)
            with pytest.raises(Invalid):
                await places(heart).set_threat("panic", PlaceOrder("uid:0", "x"))
            with pytest.raises(NotFound):
                await places(heart).set_threat("high", PlaceOrder("uid:0", "x", site="nowhere"))
            with pytest.raises(Refused):
                await places(heart).set_threat("high", PlaceOrder("uid:0", ""))

    asyncio.run(main())


def test_every_point_is_told_of_a_lockdown_and_its_receipt_is_kept(tmp_path):
    async def main():
        post, silent = Post("p", honest), Post("q", forged)
        async with beating(tmp_path, *WORLD) as heart, connected(heart, post, silent):
            done = await places(heart).lock(WARD)
            assert (done.stop, done.recorded, done.told.missing) == ("lockdown-1", True, ("q",))
            assert [receipt.point for receipt in done.told.receipts] == ["p"]
            assert [(stop.zones, stop.actors, stop.cut_off) for stop in post.told] == [(("ward",), (), done.ordered_at)]
            await places(heart).release(WARD)
            (record,) = heart.records("receipt")
            assert (record["stop"], record["point"]) == ("lockdown-1", "p")
            assert [record.get("stop") for record in heart.records("zone_state")] == ["lockdown-1", None]
            assert len(post.told) == 1

    asyncio.run(main())


async def forged(post: Post, stop: Stop) -> Receipt:
    return replace(post.receipt(stop), stop="another")
