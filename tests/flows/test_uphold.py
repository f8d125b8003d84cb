import asyncio
from contextlib import asynccontextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nameplate.domain.actors import State
from nameplate.domain.errors import Refused
from nameplate.domain.notices import ActorNotice, PersonNotice, Status
from nameplate.domain.people import person_id
from nameplate.domain.verdicts import Reason
from nameplate.flows.uphold import Upholder
from tests.flows.doors import Post, connected
from tests.flows.heart import CONTRACT, WORLD, beating, robot

SECRET = bytes(range(32))
ADA = person_id(SECRET, "iam", "ada")


@asynccontextmanager
async def upheld(folder, *documents):
    async with beating(folder, *(documents or WORLD)) as heart:
        yield heart, Upholder(heart.registry, heart.ledger, heart.lifecycle, SECRET, heart.clock)


def notice(status=None, actor="amr-1", bridge="iam", **more):
    return ActorNotice(bridge, more.pop("key", f"k-{actor}"), actor, status, **more)


def run(folder, scene, *documents):
    async def main():
        async with upheld(folder, *documents) as (heart, upholder):
            await scene(heart, upholder)
            await heart.ledger.commit({"kind": "mark"})
            assert heart.replayed() == heart.registry

    asyncio.run(main())


def state(heart, actor="amr-1"):
    return heart.registry.standings[actor].state


def test_a_disable_is_in_force_recorded_and_lifted_by_the_one_who_placed_it(tmp_path):
    async def scene(heart, upholder):
        (effect,) = await upholder.actors("iam", [notice(Status.DISABLED, reason="left", decided_at=7)])
        assert (effect.id, effect.state, effect.recorded) == ("amr-1", "suspended", True)
        assert effect.stop
        assert effect.applied_at
        assert (await heart.ask()).verdict.reason is Reason.STATE
        (record,) = heart.records("state")
        assert (record["by"], record["reason"]) == ("bridge:iam", "iam says so: left")
        (again,) = await upholder.actors("iam", [notice(Status.DISABLED)])
        assert (again.stop, again.applied_at) == ("", 0)
        (back,) = await upholder.actors("iam", [notice(Status.ACTIVE)])
        assert (back.state, state(heart)) == ("active", State.ACTIVE)

    run(tmp_path, scene)


def test_an_upstream_active_never_clears_a_local_stop(tmp_path):
    async def scene(heart, upholder):
        await upholder.actors("iam", [notice(Status.DISABLED)])
        await heart.order("suspend", "amr-1")
        await upholder.actors("iam", [notice(Status.ACTIVE)])
        assert state(heart) is State.SUSPENDED
        for order, after in (("quarantine", State.QUARANTINED), ("retire", State.RETIRED)):
            await heart.order(order, "amr-1")
            await upholder.actors("iam", [notice(Status.DISABLED)])
            await upholder.actors("iam", [notice(Status.ACTIVE)])
            assert state(heart) is after

    run(tmp_path, scene)


def test_a_local_activation_never_lifts_a_hold(tmp_path):
    async def scene(heart, upholder):
        await upholder.actors("iam", [notice(Status.DISABLED)])
        with pytest.raises(Refused, match="disabled by iam"):
            await heart.order("activate", "amr-1")

    run(tmp_path, scene)


@pytest.mark.parametrize("last", ["iam", "ldap"])
def test_whoever_of_two_lets_go_last_lets_it_return(tmp_path, last):
    async def scene(heart, upholder):
        first = {"iam": "ldap", "ldap": "iam"}[last]
        for bridge in ("iam", "ldap"):
            await upholder.actors(bridge, [notice(Status.DISABLED, bridge=bridge)])
        await upholder.actors(first, [notice(Status.ACTIVE, bridge=first)])
        assert state(heart) is State.SUSPENDED
        await upholder.actors(last, [notice(Status.ACTIVE, bridge=last)])
        assert state(heart) is State.ACTIVE

    run(tmp_path, scene)


def test_a_compromise_quarantines_also_when_nothing_else_is_new(tmp_path):
    async def scene(heart, upholder):
        await upholder.actors("iam", [notice(Status.ACTIVE)])
        (effect,) = await upholder.actors("iam", [notice(compromised=True)])
        assert effect.state == "quarantined"
        assert effect.stop
        await upholder.actors("iam", [notice(Status.DISABLED), notice(Status.ACTIVE)])
        assert state(heart) is State.QUARANTINED

    run(tmp_path, scene)


def test_of_several_words_in_one_message_the_strongest_stops_and_the_last_holds(tmp_path):
    async def scene(heart, upholder):
        said = [notice(Status.DISABLED), notice(compromised=True), notice(Status.DISABLED, "amr-2")]
        said += [notice(Status.ACTIVE, "amr-2"), notice(Status.RETIRED, "amr-3")]
        effects = await upholder.actors("iam", said)
        assert [each.state for each in effects] == ["quarantined", "quarantined", "active", "active", "retired"]

    run(tmp_path, scene, CONTRACT, robot(), robot("amr-2"), robot("amr-3"))


def test_no_stop_waits_for_the_receipts_of_another(tmp_path):
    async def scene(heart, upholder):
        answered = asyncio.Event()

        async def late(post, stop):
            await answered.wait()
            return post.receipt(stop)

        async with connected(heart, Post("p1", late)):
            said = [notice(Status.DISABLED), notice(Status.RETIRED, "amr-2")]
            telling = asyncio.create_task(upholder.actors("iam", said))
            for _ in range(5):
                await asyncio.sleep(0)
            assert (state(heart), state(heart, "amr-2")) == (State.SUSPENDED, State.RETIRED)
            answered.set()
            await telling

    run(tmp_path, scene, CONTRACT, robot(), robot("amr-2"))


def test_a_refused_notice_changes_nothing_and_says_so_while_the_others_count(tmp_path):
    async def scene(heart, upholder):
        await upholder.actors("iam", [notice(Status.DISABLED, version=5)])
        old, other = await upholder.actors(
            "iam", [notice(Status.ACTIVE, version=4), notice(Status.DISABLED, "amr-2", version=1)]
        )
        assert old.refused == "version"
        assert "older" in old.message
        assert (state(heart), other.state) == (State.SUSPENDED, "suspended")

    run(tmp_path, scene, CONTRACT, robot(), robot("amr-2"))


def test_a_disable_of_an_unknown_actor_is_remembered_and_bites(tmp_path):
    async def scene(heart, upholder):
        (effect,) = await upholder.actors("iam", [notice(Status.DISABLED, "amr-7")])
        assert (effect.id, effect.state, effect.stop, effect.refused) == ("amr-7", "", "", "")
        await heart.declare(robot("amr-7"))
        assert state(heart, "amr-7") is State.SUSPENDED
        # It never acted here: that somebody upstream lets go is not enough to begin.
        await upholder.actors("iam", [notice(Status.ACTIVE, "amr-7")])
        assert state(heart, "amr-7") is State.SUSPENDED
        await heart.order("activate", "amr-7")
        assert state(heart, "amr-7") is State.ACTIVE

    run(tmp_path, scene)


def test_a_cut_off_is_in_force_without_a_stop_and_never_moves_back(tmp_path):
    async def scene(heart, upholder):
        cut_off = heart.clock()
        await upholder.actors("iam", [notice(cut_off=cut_off)])
        await upholder.actors("iam", [notice(cut_off=cut_off - 1000)])
        assert (state(heart), heart.registry.standings["amr-1"].cut_off) == (State.ACTIVE, cut_off)

    run(tmp_path, scene)


def test_a_stop_holds_on_a_disk_that_takes_nothing_and_says_so(tmp_path):
    async def main():
        async with upheld(tmp_path, *WORLD) as (heart, upholder):
            heart.files.fail("write", "sync")
            (effect,) = await upholder.actors("iam", [notice(Status.DISABLED)])
            assert (effect.state, state(heart)) == ("suspended", State.SUSPENDED)
            assert not effect.recorded

    asyncio.run(main())


STATUSES = st.sampled_from([None, *Status])
SAID = st.one_of(
    st.builds(notice, STATUSES, st.just("amr-1"), st.sampled_from(["iam", "ldap"]), compromised=st.booleans()),
    st.sampled_from(["suspend", "activate", "repair"]),
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(SAID, max_size=8))
def test_whatever_is_said_a_replay_gives_the_same_state_and_who_acts_is_held_by_nobody(tmp_path_factory, said):
    async def scene(heart, upholder):
        local = False
        for each in said:
            if isinstance(each, ActorNotice):
                await upholder.actors(each.bridge, [each])
            else:
                try:
                    await heart.order(each, "amr-1")
                    local = each != "activate"
                except Refused:
                    pass
            if state(heart) is State.ACTIVE:
                assert not local
                assert heart.registry.upstreams.holders("amr-1") == ()

    run(tmp_path_factory.mktemp("heart"), scene)


def person(status=None, key="ada", bridge="iam", **more):
    return PersonNotice(bridge, key, status, **more)


def test_a_person_is_on_record_by_pseudonym_and_nothing_tells_their_name(tmp_path):
    async def scene(heart, upholder):
        (effect,) = await upholder.people(
            [person(Status.ACTIVE, addresses=("ada@clinic.example",), groups=("sec", "ops"), name="Ada", manager="bob")]
        )
        assert effect.id == ADA
        known = heart.registry.people[ADA]
        assert (known.groups, known.manager) == (("ops", "sec"), person_id(SECRET, "iam", "bob"))
        (record,) = heart.records("person")
        assert "ada" not in str(record).lower()
        (again,) = await upholder.people([person(Status.ACTIVE, groups=("ops", "sec"))])
        assert again.applied_at == 0
        assert len(heart.records("person")) == 1

    run(tmp_path, scene)


def test_who_is_disabled_is_signed_out_and_so_is_whose_sessions_end(tmp_path):
    async def scene(heart, upholder):
        await upholder.people([person(Status.ACTIVE), person(Status.ACTIVE, "bob")])
        bob = person_id(SECRET, "iam", "bob")
        until = "2999-01-01T00:00:00Z"
        for ident, who in (("a", ADA), ("b", bob)):
            session = {"kind": "session_started", "session": ident, "person": who, "client": "cli", "until": until}
            await heart.ledger.commit(session)
        await upholder.people([person(Status.DISABLED), person(key="bob", end_sessions=True, reason="session-revoked")])
        assert heart.registry.sessions == {}
        assert [heart.registry.people[each].active for each in (ADA, bob)] == [False, True]

    run(tmp_path, scene)


def test_an_address_means_everybody_who_has_it_and_nobody_is_told_apart_from_a_stranger(tmp_path):
    async def scene(heart, upholder):
        mail = ("ada@clinic.example",)
        await upholder.people(
            [person(Status.ACTIVE, addresses=mail), person(Status.ACTIVE, bridge="ldap", addresses=mail)]
        )
        (effect,) = await upholder.people([person(Status.DISABLED, "", "ssf", addresses=("ADA@clinic.example",))])
        assert effect.id
        assert [each.active for each in heart.registry.people.values()] == [False, False]
        (stranger,) = await upholder.people([person(Status.DISABLED, "", "ssf", addresses=("eve@clinic.example",))])
        assert (stranger.refused, stranger.id) == ("person", "")
        assert len(heart.registry.people) == 2

    run(tmp_path, scene)


def test_only_who_brought_a_person_says_that_they_are_back(tmp_path):
    async def scene(heart, upholder):
        mail = ("ada@clinic.example",)
        await upholder.people([person(Status.ACTIVE, addresses=mail)])
        await upholder.people([person(Status.DISABLED)])
        await upholder.people([person(Status.ACTIVE, "", "ssf", addresses=mail)])
        assert not heart.registry.people[ADA].active
        await upholder.people([person(Status.ACTIVE)])
        assert heart.registry.people[ADA].active

    run(tmp_path, scene)


def test_the_end_of_a_strangers_sessions_makes_nobody_known(tmp_path):
    async def scene(heart, upholder):
        (effect,) = await upholder.people([person(key="eve", end_sessions=True)])
        assert effect.refused == "person"
        assert heart.registry.people == {}

    run(tmp_path, scene)


def test_another_address_takes_the_place_of_the_former_one(tmp_path):
    async def scene(heart, upholder):
        await upholder.people([person(Status.ACTIVE, addresses=("ada@clinic.example", "a@clinic.example"))])
        (effect,) = await upholder.people(
            [person(key="", addresses=("ADA@clinic.example",), renamed="ada.b@clinic.example")]
        )
        assert effect.id == ADA
        known = heart.registry.people[ADA]
        assert set(known.addresses) == {upholder.address("ada.b@clinic.example"), upholder.address("a@clinic.example")}
        assert "clinic.example" not in str(heart.records("person"))
        (gone,) = await upholder.people([person(Status.DISABLED, "", addresses=("ada@clinic.example",))])
        assert gone.refused == "person"

    run(tmp_path, scene)


@pytest.mark.parametrize(
    ("bridge", "former", "now"),
    [
        ("ssf", "ada@clinic.example", "new@clinic.example"),
        ("iam", "nobody@clinic.example", "new@clinic.example"),
        ("iam", "ada@clinic.example", "bob@clinic.example"),
        ("iam", "shared@clinic.example", "new@clinic.example"),
    ],
    ids=["of another bridge", "of a stranger", "that somebody else has", "that two have"],
)
def test_another_address_is_refused(tmp_path, bridge, former, now):
    async def scene(heart, upholder):
        shared = "shared@clinic.example"
        await upholder.people([person(Status.ACTIVE, addresses=("ada@clinic.example", shared))])
        await upholder.people([person(Status.ACTIVE, "bob", addresses=("bob@clinic.example", shared))])
        before = dict(heart.registry.people)
        (effect,) = await upholder.people([person(key="", bridge=bridge, addresses=(former,), renamed=now)])
        assert (effect.id, effect.refused) == ("", "person")
        assert heart.registry.people == before

    run(tmp_path, scene)
