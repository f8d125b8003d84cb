"""The index gives the answers of the reference, whatever is declared, changed, stopped and asked, in any order."""

from collections import Counter
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nameplate.boot.timezones import transitions
from nameplate.domain.actors import Actor, ActorType, Standing, State
from nameplate.domain.contracts import Contract, Grant, Rate, Window
from nameplate.domain.contracts import Test as Line
from nameplate.domain.errors import Invalid
from nameplate.domain.index import Index
from nameplate.domain.places import Door, Reader, Site, Zone
from nameplate.domain.requests import AccessRequest
from nameplate.domain.verdicts import Reason, Verdict
from tests.domain.index import worlds
from tests.domain.index.both import Both

NOON = worlds.MOMENTS[4] + 6 * 3_600_000_000
ACTIVE = Standing(State.ACTIVE)
ROBOT = Actor("amr-1", ActorType.ROBOT, "clinic", contract="k1")


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**63))
def test_the_index_and_the_reference_agree_after_any_changes(seed: int) -> None:
    Both(seed).live(60)


def test_the_generated_worlds_reach_every_reason_of_the_index() -> None:
    seen: Counter[Reason] = Counter()
    for seed in range(250):
        seen += Both(seed).live(60)
    later = {Reason.OBSERVED, Reason.WARNED, Reason.CREDENTIAL, Reason.RULE_FORBIDS, Reason.STALE_SNAPSHOT}
    order = list(Reason)
    expected = set(order[: order.index(Reason.UNKNOWN_READER) + 1]) - later
    assert set(seen) == expected
    assert min(seen.values()) > 5


def put(*grants: Grant, actor: Actor = ROBOT, standing: Standing = ACTIVE, expires: date | None = None) -> Index:
    index = Index(transitions)
    index.put_site(Site("clinic", "Europe/Berlin"))
    index.put_contract(Contract("k1", grants, expires=expires, revision=1))
    index.put_actor(actor, standing)
    return index


def ask(resource: str = "app:x", action: str = "read", at: int = NOON) -> AccessRequest:
    return AccessRequest("amr-1", action, resource, at)


READ = Grant(("read",), ("app:x",))


def test_equal_outcomes_are_the_same_object() -> None:
    index = put(READ, replace(READ, resources=("app:y",), task_required=True), replace(READ, resources=("app:p*",)))
    for resource in ("app:x", "app:y", "app:pq"):
        assert index.decide(ask(resource), 0.0) is index.decide(ask(resource), 1.0)


def test_a_stop_holds_from_the_next_decision_and_shows_as_another_standing() -> None:
    index = put(READ)
    before = index.standing("amr-1")
    assert index.decide(ask(), 0.0).permit
    stopped = Standing(State.SUSPENDED, cut_off=NOON)
    index.set_standing("amr-1", stopped)
    assert index.decide(ask(), 0.0) == Verdict(False, Reason.STATE, ("state", "suspended"))
    assert before is ACTIVE
    assert index.standing("amr-1") is stopped
    assert index.standing("ghost") is None


def test_a_standing_for_an_unknown_actor_creates_no_actor() -> None:
    index = put(READ)
    index.set_standing("ghost", ACTIVE)
    assert index.decide(ask()._replace(actor="ghost"), 0.0).reason is Reason.UNKNOWN_ACTOR


def test_a_contract_may_come_after_its_actors_and_holds_for_all_of_them() -> None:
    index = Index(transitions)
    index.put_actor(ROBOT, ACTIVE)
    assert index.decide(ask(), 0.0).reason is Reason.CONTRACT_MISSING
    index.put_contract(Contract("k1", (READ,), revision=3))
    assert index.decide(ask(), 0.0) == Verdict(True, Reason.GRANTED, ("granted",), "k1@3", 0, "app:x")
    index.drop_contract("k1")
    assert index.decide(ask(), 0.0).reason is Reason.CONTRACT_MISSING


def test_an_actor_without_a_contract_never_gets_one_by_an_empty_name() -> None:
    index = put(READ, actor=replace(ROBOT, contract=""))
    assert index.decide(ask(), 0.0).reason is Reason.CONTRACT_MISSING


def test_a_time_zone_that_does_not_exist_changes_nothing() -> None:
    index = put(READ)
    lost = replace(READ, during=(Window((0,), 0, 60, "Mars/Olympus"),))
    with pytest.raises(Invalid):
        index.put_contract(Contract("k1", (lost,), revision=2))
    with pytest.raises(Invalid):
        index.put_site(Site("clinic", "Mars/Olympus"))
    assert index.decide(ask(), 0.0).contract == "k1@1"


def test_a_zone_that_stops_being_public_is_closed_at_once() -> None:
    index = put()
    index.put_door(Door("d", "clinic", ("a", "b"), (Reader("r", "a"),)))
    entry = ask("door:d", "enter")._replace(presence="reader")
    assert index.decide(entry, 0.0).reason is Reason.NOT_IN_CONTRACT
    index.put_zone(Zone("b", "clinic", public=True))
    assert index.decide(entry, 0.0) == Verdict(True, Reason.PUBLIC_ZONE, ("public_zone",), target="zone:b")
    index.put_zone(Zone("b", "clinic"))
    assert not index.decide(entry, 0.0).permit


def test_true_and_one_stay_two_conditions_though_python_calls_them_equal() -> None:
    flag = replace(READ, where=(Line(("context", "v"), (True,)),))
    number = replace(READ, actions=("write",), where=(Line(("context", "v"), (1,)),))
    index = put(flag, number)
    one = ask()._replace(context={"v": 1})
    assert index.decide(one, 0.0).reason is Reason.WHERE
    assert index.decide(one._replace(action="write"), 0.0).permit
    assert index.decide(one._replace(action="write", context={"v": True}), 0.0).reason is Reason.WHERE


def test_a_check_alone_never_counts_towards_the_rate() -> None:
    index = put(replace(READ, rate=Rate(1, 60)))
    assert all(index.decide(ask(), 0.0).permit for _ in range(5))
    index.count_permit(index.decide(ask(), 0.0), "amr-1", 0.0)
    assert index.decide(ask(), 59.9).reason is Reason.RATE
    assert index.decide(ask(), 60.0).permit


def test_refusals_and_other_actors_do_not_count_towards_the_rate() -> None:
    index = put(replace(READ, rate=Rate(1, 60)))
    index.put_actor(replace(ROBOT, id="amr-2"), ACTIVE)
    permit = index.decide(ask(), 0.0)
    index.count_permit(permit._replace(permit=False, reason=Reason.STATE), "amr-1", 0.0)
    index.count_permit(permit, "amr-2", 0.0)
    index.count_permit(permit, "ghost", 0.0)
    assert index.decide(ask(), 0.0).permit
    assert index.decide(ask()._replace(actor="amr-2"), 0.0).reason is Reason.RATE


def test_the_way_out_does_not_use_up_the_rate_of_its_grant() -> None:
    grant = Grant(("enter",), ("zone:a",), rate=Rate(1, 60), task_required=True)
    index = put(grant, standing=Standing(State.ACTIVE, zone="b"))
    index.put_door(Door("d", "clinic", ("a", "b"), (Reader("r", "b"),)))
    leave = ask("door:d", "enter")._replace(presence="reader")
    verdict = index.decide(leave, 0.0)
    assert verdict.reason is Reason.WAY_OUT
    index.count_permit(verdict, "amr-1", 0.0)
    assert index.decide(leave._replace(task="t"), 1.0).reason is Reason.GRANTED


def test_a_permit_of_another_revision_counts_for_nothing() -> None:
    index = put(replace(READ, rate=Rate(1, 60)))
    index.count_permit(index.decide(ask(), 0.0)._replace(contract="k1@9"), "amr-1", 0.0)
    assert index.decide(ask(), 1.0).permit


def test_a_new_revision_keeps_the_count_of_a_grant_that_it_repeats() -> None:
    limited = replace(READ, rate=Rate(1, 60))
    index = put(limited)
    index.count_permit(index.decide(ask(), 0.0), "amr-1", 0.0)
    index.put_contract(Contract("k1", (replace(READ, actions=("list",)), limited), revision=2))
    assert index.decide(ask(), 1.0).reason is Reason.RATE
    index.put_contract(Contract("k1", (replace(limited, rate=Rate(2, 60)),), revision=3))
    assert index.decide(ask(), 1.0).permit


def test_an_actor_that_comes_back_under_the_same_name_starts_its_rate_anew() -> None:
    index = put(replace(READ, rate=Rate(1, 60)))
    index.count_permit(index.decide(ask(), 0.0), "amr-1", 0.0)
    index.drop_actor("amr-1")
    index.put_actor(ROBOT, ACTIVE)
    assert index.decide(ask(), 1.0).permit


def test_fill_puts_all_facts_but_actors_without_a_standing() -> None:
    world = worlds.World(
        {"clinic": Site("clinic")},
        {"b": Zone("b", "clinic", public=True)},
        {"d": Door("d", "clinic", ("a", "b"), (Reader("r", "a"),))},
        {"k1": Contract("k1", (READ,), revision=1)},
        {"amr-1": ROBOT, "amr-2": replace(ROBOT, id="amr-2")},
        {"amr-1": ACTIVE},
    )
    index = Index(transitions)
    index.fill(world)
    assert index.decide(ask(), 0.0).permit
    assert index.decide(ask("door:d", "enter")._replace(presence="reader"), 0.0).reason is Reason.PUBLIC_ZONE
    assert index.decide(ask()._replace(actor="amr-2"), 0.0).reason is Reason.UNKNOWN_ACTOR
