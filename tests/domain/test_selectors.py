import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.actors import Actor, ActorType, Tier, Unit
from nameplate.domain.errors import Invalid
from nameplate.domain.selectors import FIELDS, check_selector, field_of, parse_selector, selects

ROBOT = Actor(
    "amr-17", ActorType.ROBOT, "clinic", Unit("Acme", "T3", "T3-00417"), owner="ops", environment="production"
)
BOUGHT = Actor("amr-18", ActorType.ROBOT, "clinic", Unit("Acme", "T3", "T3-00418", supplier="Reseller"))
BOT = Actor("rpa-1", ActorType.BOT, "clinic", tier=Tier.HIGH)


def test_a_selector_names_fields_and_values():
    assert parse_selector("model=T3, supplier = Acme") == {"model": "T3", "supplier": "Acme"}
    assert parse_selector("purpose=x".replace("purpose", "owner")) == {"owner": "x"}


def test_a_value_may_hold_an_equals_sign():
    assert parse_selector("serial=a=b") == {"serial": "a=b"}


@pytest.mark.parametrize(
    "text", ["", " ", ",", "model", "model=", "=T3", "model=T3,", "model=T3,,", "model=T3,model=T4", "id=amr-17", "x=1"]
)
def test_what_could_mean_more_than_was_meant_is_refused(text):
    with pytest.raises(Invalid) as refused:
        parse_selector(text)
    assert refused.value.code == "selector"
    assert refused.value.remedy


@pytest.mark.parametrize("selector", [{}, {"owner": ""}, {"model": "T3", "supplier": ""}, {"state": "active"}])
def test_a_selector_that_did_not_come_as_text_is_held_to_the_same(selector):
    with pytest.raises(Invalid):
        check_selector(selector)


def test_all_fields_must_be_exactly_right():
    assert selects({"model": "T3", "manufacturer": "Acme"}, ROBOT)
    assert not selects({"model": "T3", "manufacturer": "Other"}, ROBOT)
    assert not selects({"model": "t3"}, ROBOT)
    assert not selects({"model": "T"}, ROBOT)


def test_the_supplier_is_the_maker_unless_another_delivered_it():
    assert selects({"supplier": "Acme"}, ROBOT)
    assert not selects({"supplier": "Acme"}, BOUGHT)
    assert selects({"supplier": "Reseller"}, BOUGHT)


def test_an_actor_without_a_unit_is_never_chosen_by_one():
    assert not any(selects({name: "T3"}, BOT) for name in ("model", "manufacturer", "serial", "supplier", "firmware"))
    assert selects({"type": "bot", "tier": "high"}, BOT)


@given(st.sampled_from(FIELDS), st.sampled_from([ROBOT, BOUGHT, BOT]))
def test_every_field_can_be_read_from_every_actor(name, actor):
    value = field_of(actor, name)
    assert isinstance(value, str)
    assert not value or selects(check_selector({name: value}), actor)
