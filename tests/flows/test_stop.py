import asyncio
from dataclasses import replace

import msgspec
import pytest

from nameplate.domain.actors import State
from nameplate.domain.asked import Asked
from nameplate.domain.errors import NameplateError, NotFound, Refused
from nameplate.domain.timestamps import parse_rfc3339
from nameplate.domain.verdicts import Reason
from nameplate.flows import stop as stopping
from tests.flows.doors import Post, connected, honest
from tests.flows.heart import WORLD, beating, request, robot

STOPS = [
    ("suspend", "suspended"),
    ("repair", "in_repair"),
    ("transfer", "in_transfer"),
    ("quarantine", "quarantined"),
    ("retire", "retired"),
]


@pytest.mark.parametrize(("order", "state"), STOPS)
def test_each_stop_is_in_force_recorded_and_answered_with_receipts(tmp_path, order, state):
    async def main():
        async with beating(tmp_path, *WORLD) as heart, connected(heart, Post("p1", honest), Post("p2", honest)):
            done = await heart.order(order, "amr-1")
            assert (done.state, done.recorded) == (state, True)
            assert sorted(receipt.point for receipt in done.told.receipts) == ["p1", "p2"]
            assert done.told.missing == ()
            assert (await heart.ask()).verdict.reasons == (Reason.STATE, state)
            await heart.ledger.commit({"kind": "mark"})
            (record,) = heart.records("state")
            assert (record["order"], record["to"], record["stop"]) == (order, state, done.stop)
            assert record["actors"] == [{"id": "amr-1", "from": "active", "unit": "Acme/T3/amr-1"}]
            assert parse_rfc3339(record["cut_off"]) == done.ordered_at
            assert sorted(receipt["point"] for receipt in heart.records("receipt")) == ["p1", "p2"]
            assert {receipt["stop"] for receipt in heart.records("receipt")} == {done.stop}

    asyncio.run(main())


def test_a_simulated_denial_is_not_the_first_one_after_a_stop(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            await heart.order("suspend", "amr-1")
            question = request(heart.clock(), "amr-1", "app:x")
            assert not (await heart.authorizer.authorize(question, Asked("pep", simulated=True))).permit
            await heart.ledger.commit({"kind": "mark"})
            assert heart.records("first_denial") == []
            denied = await heart.authorizer.authorize(question, Asked("pep"))
            await heart.ledger.commit({"kind": "mark"})
            assert [each["decision_id"] for each in heart.records("first_denial")] == [denied.decision_id]

    asyncio.run(main())


def test_the_first_denial_after_each_stop_goes_into_the_record(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            done = await heart.order("suspend", "amr-1")
            first = await heart.ask()
            await heart.ask()
            await heart.ledger.commit({"kind": "mark"})
            (record,) = heart.records("first_denial")
            assert (record["stop"], record["actor"], record["decision_id"]) == (done.stop, "amr-1", first.decision_id)
            again = await heart.order("quarantine", "amr-1")
            await heart.ask()
            await heart.ledger.commit({"kind": "mark"})
            assert [each["stop"] for each in heart.records("first_denial")] == [done.stop, again.stop]

    asyncio.run(main())


def test_a_receipt_is_on_record_while_another_point_still_waits(tmp_path):
    async def main():
        seen: list[str] = []
        async with beating(tmp_path, *WORLD) as heart:

            async def slow(post, stop):
                for _ in range(100):
                    await heart.ledger.commit({"kind": "mark"})
                    if heart.records("receipt"):
                        break
                seen.extend(record["point"] for record in heart.records("receipt"))
                return post.receipt(stop)

            async with connected(heart, Post("p1", honest), Post("p2", slow)):
                done = await heart.order("suspend", "amr-1")
                assert seen == ["p1"]
                assert len(done.told.receipts) == 2

    asyncio.run(main())


def test_a_stop_is_in_force_before_a_point_is_told_and_before_it_is_written(tmp_path):
    async def main():
        seen = []
        async with beating(tmp_path, *WORLD) as heart:

            async def look(post, stop):
                seen.append((heart.registry.standings["amr-1"].state, heart.records("state")))
                heart.files.let_go()
                return post.receipt(stop)

            async with connected(heart, Post("p", look)):
                heart.files.hold()
                done = await heart.order("suspend", "amr-1")
                assert seen == [(State.SUSPENDED, [])]
                assert done.recorded

    asyncio.run(main())


def test_a_stop_is_in_force_before_anybody_else_may_run(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            other = asyncio.create_task(asyncio.sleep(0))
            order = asyncio.create_task(heart.order("suspend", "amr-1"))
            seen: list[State] = []
            asyncio.get_running_loop().call_soon(lambda: seen.append(heart.registry.standings["amr-1"].state))
            await asyncio.gather(other, order)
            assert seen == [State.SUSPENDED]

    asyncio.run(main())


def test_a_stop_that_cannot_be_recorded_still_holds_and_reaches_the_points(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart, connected(heart, Post("p", honest)):
            heart.files.fail("sync")
            done = await heart.order("quarantine", "amr-1")
            assert done.recorded is False
            assert [receipt.point for receipt in done.told.receipts] == ["p"]
            assert heart.registry.standings["amr-1"].state is State.QUARANTINED
            assert heart.records("state") == []
            await heart.recovered()
            assert heart.records("state")[0]["stop"] == done.stop
            assert heart.records("receipt")[0]["point"] == "p"
        async with beating(tmp_path) as again:
            assert (await again.ask()).verdict.reasons == (Reason.STATE, "quarantined")

    asyncio.run(main())


async def wrong_signature(post, stop):
    return replace(post.receipt(stop), signature="00" * 64)


async def signed_by_another(post, stop):
    return Post(post.name, honest).receipt(stop)


async def key_of_record_signature_of_another(post, stop):
    return replace(Post(post.name, honest).receipt(stop), key=post.public)


async def of_another_point(post, stop):
    return post.receipt(stop, point="p1")


async def of_another_stop(post, stop):
    return post.receipt(stop, stop="stop-0")


async def changed_after_signing(post, stop):
    return replace(post.receipt(stop), applied_at=stop.cut_off)


async def no_hex(post, stop):
    return replace(post.receipt(stop), signature="zz")


async def no_receipt(_post, _stop):
    return {"applied": True}


async def bytes_that_are_no_text(_post, _stop):
    return msgspec.Raw(b"\x86\xa4stop\xa1\xff\xc0\xc0\xc0\xc0\xc0\xc0\xc0\xc0\xc0\xc0")


async def nothing(_post, _stop):
    return None


async def refuses(_post, _stop):
    raise Refused("no", "I will not.")


async def breaks(_post, _stop):
    raise RuntimeError


@pytest.mark.parametrize(
    "answer",
    [
        wrong_signature,
        signed_by_another,
        key_of_record_signature_of_another,
        of_another_point,
        of_another_stop,
        changed_after_signing,
        no_hex,
        no_receipt,
        bytes_that_are_no_text,
        nothing,
        refuses,
        breaks,
    ],
)
def test_what_is_not_a_receipt_signed_by_its_point_for_this_stop_does_not_count(tmp_path, answer):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            cheat = Post("p2", answer)
            async with connected(heart, Post("p1", honest), cheat):
                done = await heart.order("suspend", "amr-1")
                assert len(cheat.told) == 1
                assert [receipt.point for receipt in done.told.receipts] == ["p1"]
                assert done.told.missing == ("p2",)
                await heart.ledger.commit({"kind": "mark"})
                assert [receipt["point"] for receipt in heart.records("receipt")] == ["p1"]

    asyncio.run(main())


def test_a_point_that_stays_silent_is_missing_and_holds_up_nobody_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(stopping, "RECEIPT_TIMEOUT_S", 0.05)

    async def main():
        hear = asyncio.Event()

        async def late(post, stop):
            await hear.wait()
            return post.receipt(stop)

        async with beating(tmp_path, *WORLD) as heart, connected(heart, Post("p1", honest), Post("p2", late)):
            done = await heart.order("suspend", "amr-1")
            assert [receipt.point for receipt in done.told.receipts] == ["p1"]
            assert done.told.missing == ("p2",)
            hear.set()
            again = await heart.order("repair", "amr-1")
            assert {receipt.stop for receipt in again.told.receipts} == {again.stop}
            assert len(again.told.receipts) == 2

    asyncio.run(main())


def test_points_that_ask_each_time_are_online_and_declared_ones_that_are_away_are_missing(tmp_path):
    async def main():
        door = {"kind": "Door", "id": "d", "joins": ["a", "b"], "readers": [{"id": "r1", "side": "a"}]}
        away = {"kind": "Point", "id": "away", "type": "osdp", "channels": [{"door": "d", "to": "pty:/run/x"}]}
        async with beating(tmp_path, *WORLD, door, away) as heart:
            for name in ("gateway", "away"):
                heart.ledger.note({"kind": "caller", "name": name, "token_hash": "ab", "public_key": ""})
            done = await heart.order("suspend", "amr-1")
            assert done.told.online == ("gateway",)
            assert done.told.missing == ("away",)

    asyncio.run(main())


def test_an_activation_is_recorded_first_and_tells_nobody(tmp_path):
    async def main():
        post = Post("p", honest)
        async with beating(tmp_path, *WORLD) as heart, connected(heart, post):
            await heart.order("suspend", "amr-1")
            heart.files.hold()
            activation = asyncio.create_task(heart.order("activate", "amr-1"))
            await heart.sync_reached()
            assert heart.registry.standings["amr-1"].state is State.SUSPENDED
            heart.files.let_go()
            done = await activation
            assert (done.state, done.recorded, done.stop) == ("active", True, "")
            assert len(post.told) == 1
            assert (await heart.ask()).permit

    asyncio.run(main())


def test_a_cut_off_survives_the_next_activation(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            done = await heart.order("suspend", "amr-1")
            await heart.order("activate", "amr-1")
            assert heart.registry.standings["amr-1"].cut_off == done.ordered_at

    asyncio.run(main())


@pytest.mark.parametrize(
    ("name", "actors", "reason", "code"),
    [
        ("suspend", ("amr-1", "nobody"), "r", "actor"),
        ("suspend", (), "r", "no_actor"),
        ("suspend", ("amr-1",), " ", "reason"),
        ("suspend", ("amr-1", "gone"), "r", "state"),
        ("activate", ("amr-1", "orphan"), "r", "accountability"),
    ],
)
def test_an_order_that_cannot_be_carried_out_for_all_is_carried_out_for_none(tmp_path, name, actors, reason, code):
    async def main():
        others = robot("gone"), robot("orphan", state="staged", owner=None, purpose=None)
        async with beating(tmp_path, *WORLD, *others) as heart:
            await heart.order("retire", "gone")
            before, written = dict(heart.registry.standings), len(heart.records())
            with pytest.raises(NameplateError) as refused:
                await heart.order(name, *actors, reason=reason)
            assert refused.value.code == code
            assert heart.registry.standings == before
            assert len(heart.records()) == written

    asyncio.run(main())


def test_an_actor_that_is_named_twice_is_stopped_once(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            await heart.order("suspend", "amr-1", "amr-1")
            assert len(heart.records("state")[0]["actors"]) == 1

    asyncio.run(main())


def test_a_stop_of_very_many_is_one_stop_in_several_records(tmp_path, monkeypatch):
    monkeypatch.setattr(stopping, "ACTORS_A_RECORD", 2)

    async def main():
        post = Post("p", honest)
        async with (
            beating(tmp_path, *WORLD, *(robot(f"amr-{n}") for n in range(2, 6))) as heart,
            connected(heart, post),
        ):
            done = await heart.order("suspend", *(f"amr-{n}" for n in range(1, 6)))
            assert done.recorded
            assert [len(record["actors"]) for record in heart.records("state")] == [2, 2, 1]
            assert {record["stop"] for record in heart.records("state")} == {done.stop}
            assert [len(stop.actors) for stop in post.told] == [5]
            states = {standing.state for standing in heart.replayed().standings.values()}
            assert states == {State.SUSPENDED}

    asyncio.run(main())


def test_the_machine_quarantines_once_and_never_what_is_gone(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD, robot("gone")) as heart:
            await heart.order("retire", "gone")
            for actor in ("amr-1", "amr-1", "gone", "nobody", ""):
                await heart.lifecycle.quarantine(actor, "two bodies")
            assert [record["order"] for record in heart.records("state")] == ["retire", "quarantine"]
            assert heart.records("state")[1]["by"] == "system"

    asyncio.run(main())


def test_an_unknown_actor_is_named_in_the_error(tmp_path):
    async def main():
        async with beating(tmp_path, *WORLD) as heart:
            with pytest.raises(NotFound, match="There is no actor amr-9"):
                await heart.order("suspend", "amr-9")

    asyncio.run(main())
