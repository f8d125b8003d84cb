"""The reference is checked here and by `tests/cases`; the index is held against it in `index/test_index.py`."""

from dataclasses import replace
from datetime import date
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nameplate.domain.actors import Actor, ActorType, Standing, State
from nameplate.domain.contracts import Contract, Grant, Rate, Window
from nameplate.domain.reference import CHECKS, Permit, decide, failed_checks
from nameplate.domain.requests import AccessRequest
from nameplate.domain.verdicts import Reason, Verdict
from tests.domain.index.worlds import MOMENTS, Dice, World, wall

NOON = MOMENTS[4] + 6 * 3_600_000_000
READ = Grant(("read",), ("app:x",))
ROBOT = Actor("amr-1", ActorType.ROBOT, "clinic", contract="k1")
ACTIVE = Standing(State.ACTIVE)
ASK = AccessRequest("amr-1", "read", "app:x", NOON)


def facts(*grants: Grant) -> World:
    return World(
        contracts={"k1": Contract("k1", grants, revision=2)}, actors={"amr-1": ROBOT}, standings={"amr-1": ACTIVE}
    )


def narrowed(dice: Dice, contract: Contract) -> Contract:
    """The contract with one thing less, or one condition more."""
    grants = list(contract.grants)
    if not grants or dice.random.random() < 0.1:
        return replace(contract, expires=min(contract.expires or date.max, date(2000, 1, 2)))
    place = dice.random.randrange(len(grants))
    grants[place : place + 1] = dice.one((lambda _: [], lambda grant: [narrower(dice, grant)]))(grants[place])
    return replace(contract, grants=tuple(grants))


def narrower(dice: Dice, grant: Grant) -> Grant:
    changes: tuple[dict[str, Any], ...] = (
        {"actions": grant.actions[1:]},
        {"resources": grant.resources[1:]},
        {"during": grant.during[:1] or (dice.window(),)},
        {"networks": grant.networks[:1] or (ip_network("10.20.0.0/16"),)},
        {"environments": grant.environments[:1] or ("lan",)},
        {"task_required": True},
        {"payloads": grant.payloads[:1] or ("none",)},
        {"presence": "reader"},
        {"near_m": min(grant.near_m or 4.0, 1.0)},
        {"rate": Rate(0, 60)},
        {"where": (*grant.where, dice.test())},
        {"unless": (*grant.unless, dice.test())},
        {"approvals": grant.approvals + 1},
    )
    return replace(grant, **dice.one(changes))


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**63))
def test_a_narrower_contract_never_permits_more(seed: int) -> None:
    dice = Dice(seed)
    zones, doors = [dice.zone() for _ in range(3)], [dice.door() for _ in range(3)]
    world = World({}, {each.id: each for each in zones}, {each.id: each for each in doors})
    wide = replace(dice.contract(), id="k1")
    world.actors, world.standings = (
        {"amr-1": replace(dice.actor(), id="amr-1", contract="k1")},
        {"amr-1": dice.standing()},
    )
    narrow = replace(world, contracts={"k1": narrowed(dice, wide)})
    world = replace(world, contracts={"k1": wide})
    for _ in range(30):
        request = dice.request()
        if decide(narrow, request, wall).permit:
            assert decide(world, request, wall).permit


def test_the_first_grant_whose_checks_pass_permits() -> None:
    world = facts(replace(READ, task_required=True), READ, READ)
    assert decide(world, ASK, wall) == Verdict(True, Reason.GRANTED, ("granted",), "k1@2", 1, "app:x")


def test_the_grant_that_got_furthest_gives_the_reason_and_equal_ones_their_order() -> None:
    near = replace(READ, near_m=1.0)
    world = facts(replace(READ, task_required=True), near, replace(READ, environments=("lan",)), near)
    assert decide(world, ASK, wall) == Verdict(
        False, Reason.NEARNESS, ("nearness", "task", "environment"), "k1@2", 1, "app:x"
    )


def test_the_checks_stand_in_the_order_of_the_reason_codes() -> None:
    order = list(Reason)
    places = [order.index(reason) for reason, _ in CHECKS]
    assert places == sorted(places)


def test_only_recent_permits_of_the_same_actor_contract_and_grant_count() -> None:
    world = facts(replace(READ, rate=Rate(1, 60)))
    mine = Permit("amr-1", "k1", 0, 0.0)
    others = [mine._replace(actor="amr-2"), mine._replace(contract="k2"), mine._replace(grant=1)]
    assert decide(world, ASK, wall, others, 1.0).permit
    assert decide(world, ASK, wall, [*others, mine], 59.0).reason is Reason.RATE
    assert decide(world, ASK, wall, [*others, mine], 60.0).permit


def test_an_actor_without_a_standing_is_unknown() -> None:
    world = facts(READ)
    world.standings.clear()
    assert decide(world, ASK, wall).reason is Reason.UNKNOWN_ACTOR


@pytest.mark.parametrize("at", [0, 5 * 10**15])
def test_a_clock_outside_the_covered_years_opens_no_window_and_passes_every_expiry(at: int) -> None:
    always = Window(tuple(range(7)), 0, 1440, "UTC")
    request = ASK._replace(at=at)
    assert decide(facts(replace(READ, during=(always,))), request, wall).reason is Reason.WINDOW
    world = facts(READ)
    world.contracts["k1"] = replace(world.contracts["k1"], expires=date(2090, 1, 1))
    assert decide(world, request, wall).reason is Reason.CONTRACT_EXPIRED


def test_all_failed_checks_of_a_grant_are_listed_in_order() -> None:
    grant = Grant(
        ("read",), ("app:x",), networks=(ip_network("10.0.0.0/8"),), task_required=True, near_m=1.0, approvals=1
    )
    failed = failed_checks(grant, facts(grant), ASK, wall, ROBOT, ACTIVE)
    assert failed == (Reason.NETWORK, Reason.TASK, Reason.NEARNESS, Reason.APPROVAL_REQUIRED)
    assert failed_checks(READ, facts(READ), ASK, wall, ROBOT, ACTIVE) == ()
