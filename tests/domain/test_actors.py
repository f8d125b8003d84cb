import dataclasses

import pytest

from nameplate.domain.actors import Actor, ActorType, Standing, State, Unit


def test_a_unit_is_known_by_maker_model_and_serial_alone():
    unit = Unit("Acme", "T3", "T3-00417", supplier="Other", firmware="2.1")
    assert unit.identity == ("Acme", "T3", "T3-00417")
    assert unit.identity == Unit("Acme", "T3", "T3-00417").identity
    assert unit.identity != Unit("Acme", "T3", "T3-00418").identity
    assert str(unit) == "Acme/T3/T3-00417"


def test_an_actor_starts_where_it_may_do_nothing():
    assert Actor("a", ActorType.BOT, "default").initial is State.STAGED
    assert Standing().state is State.STAGED
    assert Standing().key == ""


def test_what_an_actor_is_cannot_be_changed_in_place():
    for value, field in (
        (Actor("a", ActorType.BOT, "s"), "id"),
        (Standing(), "state"),
        (Unit("a", "b", "c"), "serial"),
    ):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(value, field, "x")
