from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.actors import Actor, ActorType, State
from nameplate.domain.errors import Refused
from nameplate.domain.lifecycle import (
    ORDER_FOR,
    TRANSITIONS,
    require_accountable,
    require_approved_succession,
    target_state,
)

ACCOUNTABLE = Actor("amr-17", ActorType.ROBOT, "clinic", owner="ops", purpose="carries")
S = State
LIVING = set(State) - {S.RETIRED}
# The whole table once more, as a person would write it down: who changes one must change the other.
POSSIBLE = {
    "activate": {S.STAGED, S.ACTIVE, S.SUSPENDED, S.IN_REPAIR, S.IN_TRANSFER, S.QUARANTINED},
    "suspend": LIVING - {S.QUARANTINED},
    "repair": LIVING - {S.QUARANTINED},
    "transfer": LIVING - {S.QUARANTINED},
    "quarantine": LIVING,
    "retire": set(State),
}
EVERY_WAY = [(order, current) for order in TRANSITIONS for current in State]


@pytest.mark.parametrize(("order", "current"), EVERY_WAY)
def test_an_order_leads_on_from_exactly_the_states_of_the_table(order, current):
    if current in POSSIBLE[order]:
        assert target_state(order, ACCOUNTABLE, current) is TRANSITIONS[order].target
    else:
        with pytest.raises(Refused) as refused:
            target_state(order, ACCOUNTABLE, current)
        assert refused.value.code == "state"
        assert refused.value.remedy


def test_only_activation_lets_an_actor_act_and_every_other_order_is_a_stop():
    for order, transition in TRANSITIONS.items():
        assert transition.order == order
        assert transition.stop == (order != "activate")
        assert (transition.target is S.ACTIVE) == (order == "activate")


def test_quarantine_is_left_only_by_a_person_who_activates_or_retires():
    assert {order for order, transition in TRANSITIONS.items() if S.QUARANTINED in transition.sources} == {
        "activate",
        "quarantine",
        "retire",
    }


@given(st.lists(st.sampled_from(list(TRANSITIONS)), max_size=30))
def test_no_series_of_orders_leads_out_of_retirement(orders):
    for order in orders:
        if order == "retire":
            assert target_state(order, ACCOUNTABLE, S.RETIRED) is S.RETIRED
        else:
            with pytest.raises(Refused, match="succeeds"):
                target_state(order, ACCOUNTABLE, S.RETIRED)


@pytest.mark.parametrize(
    ("owner", "purpose", "named"), [("", "", "owner and purpose"), ("", "p", "owner"), ("o", "", "purpose")]
)
def test_nobody_is_activated_without_somebody_to_answer_for_it(owner, purpose, named):
    actor = Actor("amr-17", ActorType.ROBOT, "clinic", owner=owner, purpose=purpose)
    with pytest.raises(Refused, match=f"no {named}:") as refused:
        target_state("activate", actor, S.STAGED)
    assert refused.value.code == "accountability"
    assert target_state("quarantine", actor, S.ACTIVE) is S.QUARANTINED


def test_an_accountable_actor_may_be_active():
    require_accountable(ACCOUNTABLE)
    assert target_state("activate", ACCOUNTABLE, S.QUARANTINED) is S.ACTIVE


def test_each_state_but_the_first_has_its_order():
    assert set(ORDER_FOR) == set(State) - {S.STAGED}


def test_who_takes_over_a_unit_needs_approval_and_nobody_else_does():
    heir = replace(ACCOUNTABLE, id="amr-17b", succeeds="amr-17")
    require_approved_succession(heir, approved=True)
    require_approved_succession(ACCOUNTABLE, approved=False)
    with pytest.raises(Refused) as refused:
        require_approved_succession(heir, approved=False)
    assert refused.value.code == "succession"
    assert "approve-succession amr-17b" in refused.value.remedy
