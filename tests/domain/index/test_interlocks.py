from nameplate.domain.index.interlocks import Interlocks
from nameplate.domain.interlocks import Interlock
from nameplate.domain.verdicts import Reason, Verdict

AIRLOCK = Interlock("airlock", "clinic", ("in", "out"), 20.0)


def interlocks(*declared: Interlock) -> Interlocks:
    made = Interlocks()
    for each in declared or (AIRLOCK,):
        made.put(each)
    return made


def waits(made: Interlocks, door: str, mono: float = 0.0) -> str:
    verdict = made.refusal(door, "zone:x", mono)
    return "" if verdict is None else verdict.reasons[1]


def test_a_door_waits_while_another_is_open_and_not_for_itself() -> None:
    made = interlocks()
    assert waits(made, "out") == ""
    made.set_leaf("in", closed=False)
    assert made.refusal("out", "zone:x", 0.0) == Verdict(
        False, Reason.INTERLOCK, ("interlock", "door:in"), target="zone:x"
    )
    assert waits(made, "in") == ""
    made.set_leaf("in", closed=True)
    assert waits(made, "out") == ""


def test_a_permit_holds_the_other_door_until_its_crossing_ends_or_the_time_is_over() -> None:
    made = interlocks()
    made.release("in", 100.0)
    assert [waits(made, "out", mono) for mono in (100.0, 119.9, 120.0)] == ["door:in", "door:in", ""]
    made.release("in", 200.0)
    made.ended("in")
    assert waits(made, "out", 200.0) == ""


def test_a_door_can_stand_in_two_interlocks_and_each_has_its_own_time() -> None:
    made = interlocks(AIRLOCK, Interlock("lobby", "clinic", ("in", "street"), 5.0))
    made.release("in", 0.0)
    assert (waits(made, "out", 10.0), waits(made, "street", 10.0)) == ("door:in", "")
    assert waits(made, "street", 4.9) == "door:in"


def test_what_is_not_interlocked_is_not_remembered() -> None:
    made = interlocks()
    made.release("elsewhere", 0.0)
    made.release("in", 0.0)
    made.drop("airlock")
    assert not made
    made.put(AIRLOCK)
    assert waits(made, "out", 1.0) == ""
