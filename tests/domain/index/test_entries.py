from nameplate.boot.timezones import transitions
from nameplate.domain.actors import Actor, ActorType, Standing, State
from nameplate.domain.index.entries import CONTRACT_MISSING, Entry, Place, without
from nameplate.domain.index.rows import CompiledContract
from nameplate.domain.windows import LocalTime


def entry(state):
    return Entry(
        Actor("amr-1", ActorType.ROBOT, "clinic"),
        Standing(state),
        Place(LocalTime(transitions("UTC"))),
        CompiledContract(),
    )


def test_what_its_state_forbids_is_known_at_once():
    assert entry(State.ACTIVE).refusal is None
    refusal = entry(State.SUSPENDED).refusal
    assert refusal is not None
    assert refusal.reasons == ("state", "suspended")


def test_without_a_contract_nothing_is_in_force():
    assert without(entry(State.ACTIVE), 0) is CONTRACT_MISSING
