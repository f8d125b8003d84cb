from nameplate.domain.actors import Unit
from nameplate.domain.obligations import NO_OBLIGATIONS
from nameplate.domain.robot_classes import PassTimes, RobotClass

TIMES = PassTimes(
    [
        RobotClass("slow", ("T3",), 8.0, 25.0),
        RobotClass("ours", ("Acme/T3",), None, 60.0),
        RobotClass("fast", ("S1",), 2.0),
    ]
)


def test_a_unit_gets_the_times_of_its_model():
    assert TIMES.of(Unit("Other", "T3", "1")) == {"strike_s": 8.0, "pass_s": 25.0}
    assert TIMES.of(Unit("Other", "S1", "1")) == {"strike_s": 2.0}


def test_a_class_that_names_the_manufacturer_too_wins():
    assert TIMES.of(Unit("Acme", "T3", "1")) == {"pass_s": 60.0}


def test_whoever_belongs_to_no_class_gets_what_the_door_has():
    for unit in (None, Unit("Acme", "X", "1"), Unit("T3", "", "1")):
        assert TIMES.of(unit) == NO_OBLIGATIONS
    assert PassTimes([]).of(Unit("Acme", "T3", "1")) == NO_OBLIGATIONS
