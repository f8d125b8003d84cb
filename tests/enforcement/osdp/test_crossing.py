"""The state machine of one door."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from nameplate.domain.outcomes import Happening
from nameplate.enforcement.osdp.crossing import REPORT_DELAY_S, Crossing, Grant

STRIKE_S, PASS_S = 5.0, 15.0
GRANT = Grant("amr-17", "d-1", "r1", "corridor", "pharmacy")


def door() -> Crossing:
    return Crossing(STRIKE_S, PASS_S)


def kinds(seen) -> list[Happening]:
    return [each.happening for each in seen]


def test_opening_and_closing_after_a_grant_is_a_passage_in_its_direction():
    subject = door()
    subject.begin(GRANT, 0.0)
    opened = subject.leaf(1.0, is_open=True)
    closed = subject.leaf(4.0, is_open=False)
    assert kinds(opened) == [Happening.DOOR_OPENED]
    assert kinds(closed) == [Happening.PASSAGE, Happening.DOOR_CLOSED]
    assert closed[0].grant == GRANT
    assert subject.grant is None


def crossed(until=2.0):
    """A door through which somebody has just gone; the strike is released until STRIKE_S."""
    subject = door()
    subject.begin(GRANT, 0.0)
    subject.leaf(1.0, is_open=True)
    subject.leaf(until, is_open=False)
    return subject


def test_a_door_may_be_locked_again_when_the_leaf_has_opened_and_closed():
    subject = door()
    assert not subject.lockable(0.0)
    subject.begin(GRANT, 0.0)
    assert not subject.lockable(0.5)
    subject.leaf(1.0, is_open=True)
    assert not subject.lockable(1.5)
    subject.leaf(2.0, is_open=False)
    assert subject.lockable(2.0)
    assert not subject.lockable(STRIKE_S)


def test_nothing_is_locked_on_whoever_leaves_or_while_it_burns_or_nobody_can_see():
    leaving, burning, blind = crossed(), crossed(), crossed()
    leaving.exit_button(2.1, pressed=True)
    burning.on_fire = True
    blind.lose_sight()
    for subject in (leaving, burning, blind):
        assert not subject.lockable(2.2)


def withdrawn(at=1.0):
    """A door that was released at 0, for a permit that is withdrawn."""
    subject = door()
    subject.begin(GRANT, 0.0)
    assert not subject.retractable(at)
    subject.withdraw()
    return subject


def test_an_unused_strike_of_a_withdrawn_permit_may_be_taken_back_and_then_the_door_is_free_again():
    subject = withdrawn()
    assert subject.retractable(1.0)
    assert not subject.retractable(STRIKE_S)
    subject.retracted(1.0)
    assert not subject.retractable(1.1)
    assert kinds(subject.tick(1.0 + REPORT_DELAY_S + 0.1)) == [Happening.NO_PASSAGE]
    assert subject.free_for("amr-18", "r1")
    assert kinds(subject.leaf(3.0, is_open=True)) == [Happening.DOOR_FORCED]


def test_a_crossing_that_has_begun_is_never_cut_by_a_withdrawal():
    before, after = door(), withdrawn()
    before.begin(GRANT, 0.0)
    before.leaf(0.5, is_open=True)
    before.withdraw()
    after.leaf(1.1, is_open=True)
    for subject in (before, after):
        assert not subject.retractable(1.2)
        assert kinds(subject.leaf(2.0, is_open=False))[0] is Happening.PASSAGE
        assert not subject.retractable(2.1)
    late = withdrawn()
    late.retracted(1.0)
    assert kinds(late.leaf(1.2, is_open=True)) == [Happening.DOOR_OPENED]


def test_a_withdrawal_locks_nobody_in():
    leaving, burning, unseen, left = withdrawn(), withdrawn(), withdrawn(), withdrawn()
    leaving.exit_button(1.0, pressed=True)
    burning.on_fire = True
    unseen.lose_sight()
    left.exit_button(0.5, pressed=True)
    left.exit_button(0.9, pressed=False)
    assert not any(subject.retractable(1.0) for subject in (leaving, burning, unseen, left))
    unseen.leaf(1.1, is_open=False)
    burning.on_fire = False
    assert unseen.retractable(1.2)
    assert burning.retractable(1.2)


def test_a_withdrawal_without_a_grant_says_nothing_of_the_next_one():
    subject = door()
    subject.withdraw()
    subject.begin(GRANT, 0.0)
    assert not subject.retractable(1.0)


def test_a_second_opening_on_one_grant_is_a_convoy():
    subject = crossed()
    seen = subject.leaf(3.0, is_open=True)
    assert kinds(seen) == [Happening.DOOR_OPENED, Happening.CONVOY]
    assert seen[1].grant == GRANT


def test_once_it_is_locked_again_it_is_forced():
    subject = crossed()
    subject.locked()
    assert kinds(subject.leaf(3.0, is_open=True)) == [Happening.DOOR_FORCED]
    assert kinds(crossed().leaf(STRIKE_S + 0.1, is_open=True)) == [Happening.DOOR_FORCED]


def test_the_next_grant_is_no_convoy():
    subject = crossed()
    subject.begin(GRANT._replace(actor="amr-18"), 3.0)
    assert not subject.lockable(3.1)
    assert kinds(subject.leaf(3.5, is_open=True)) == [Happening.DOOR_OPENED]


def test_whoever_presents_behind_an_open_door_is_told_once():
    subject = door()
    subject.begin(GRANT, 0.0)
    assert not subject.tailed_by("amr-18")
    subject.leaf(1.0, is_open=True)
    assert not subject.tailed_by(GRANT.actor)
    assert subject.tailed_by("amr-18")
    assert not subject.tailed_by("amr-19")


def test_a_grant_may_bring_its_own_times_and_the_next_one_has_those_of_the_door():
    subject = door()
    subject.begin(GRANT, 0.0, 10.0, 60.0)
    assert subject.tick(STRIKE_S + REPORT_DELAY_S + 1) == []
    subject.leaf(9.0, is_open=True)
    assert subject.tick(9.0 + PASS_S + 1) == []
    assert kinds(subject.tick(70.0)) == [Happening.DOOR_HELD]
    subject.leaf(71.0, is_open=False)
    subject.begin(GRANT, 80.0)
    assert kinds(subject.tick(80.0 + STRIKE_S + REPORT_DELAY_S + 0.1)) == [Happening.NO_PASSAGE]


def test_what_a_door_does_while_it_burns_is_marked():
    subject = door()
    subject.on_fire = True
    (forced,) = subject.leaf(0.0, is_open=True)
    (held,) = subject.tick(PASS_S + 1)
    assert forced.detail == held.detail == (("fire", True),)


def test_a_strike_that_lapses_unused_is_no_passage():
    subject = door()
    subject.begin(GRANT, 0.0)
    assert subject.tick(STRIKE_S + REPORT_DELAY_S) == []
    lapsed = subject.tick(STRIKE_S + REPORT_DELAY_S + 0.1)
    assert kinds(lapsed) == [Happening.NO_PASSAGE]
    assert lapsed[0].detail == ()


def test_a_lapse_that_nobody_could_see_says_so():
    subject = door()
    subject.begin(GRANT, 0.0)
    subject.lose_sight()
    assert subject.tick(100.0)[0].detail == (("unseen", True),)


def test_opening_without_a_grant_is_forced():
    assert kinds(door().leaf(1.0, is_open=True)) == [Happening.DOOR_FORCED]


def test_opening_after_the_grant_lapsed_is_forced():
    subject = door()
    subject.begin(GRANT, 0.0)
    assert kinds(subject.leaf(STRIKE_S + REPORT_DELAY_S + 1, is_open=True)) == [Happening.DOOR_FORCED]


def test_leaving_by_the_exit_button_is_not_forced():
    subject = door()
    subject.exit_button(0.0, pressed=True)
    assert kinds(subject.leaf(0.5, is_open=True)) == [Happening.DOOR_OPENED]


def test_the_exit_button_covers_the_strike_time_after_its_release_and_no_longer():
    soon, late = door(), door()
    for subject in (soon, late):
        subject.exit_button(0.0, pressed=True)
        subject.exit_button(1.0, pressed=False)
    assert kinds(soon.leaf(1.0 + STRIKE_S, is_open=True)) == [Happening.DOOR_OPENED]
    assert kinds(late.leaf(1.1 + STRIKE_S, is_open=True)) == [Happening.DOOR_FORCED]


def test_a_door_held_open_alarms_once_until_it_is_closed():
    subject = door()
    subject.begin(GRANT, 0.0)
    subject.leaf(1.0, is_open=True)
    assert subject.tick(1.0 + PASS_S) == []
    assert kinds(subject.tick(1.1 + PASS_S)) == [Happening.DOOR_HELD]
    assert subject.tick(1.2 + PASS_S) == []
    assert subject.leaf(30.0, is_open=False)[-1].detail == (("held", True),)
    subject.begin(GRANT, 40.0)
    subject.leaf(41.0, is_open=True)
    assert kinds(subject.tick(42.0 + PASS_S)) == [Happening.DOOR_HELD]


def test_nobody_else_is_let_through_while_a_grant_stands():
    subject = door()
    subject.begin(GRANT, 0.0)
    assert not subject.free_for("amr-18", "r1")
    assert not subject.free_for("amr-17", "r2")
    assert subject.free_for("amr-17", "r1")
    subject.leaf(1.0, is_open=True)
    assert not subject.free_for("amr-18", "r1")
    subject.leaf(2.0, is_open=False)
    assert subject.free_for("amr-18", "r1")


def test_a_grant_at_a_door_that_stands_open_begins_at_once():
    subject = door()
    subject.leaf(0.0, is_open=True)
    subject.begin(GRANT, 1.0)
    assert kinds(subject.leaf(3.0, is_open=False)) == [Happening.PASSAGE, Happening.DOOR_CLOSED]


def test_a_report_that_changes_nothing_says_nothing():
    subject = door()
    assert subject.leaf(0.0, is_open=False) == []
    subject.leaf(1.0, is_open=True)
    assert subject.leaf(2.0, is_open=True) == []


class AnyDay(RuleBasedStateMachine):
    """Whatever happens at a door, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.door, self.now = door(), 0.0
        self.begun, self.ended, self.opened, self.passages = 0, 0, 0, 0
        self.open = self.held = False

    def take(self, seen) -> None:
        for each in seen:
            if each.happening in {Happening.PASSAGE, Happening.NO_PASSAGE}:
                assert each.grant is not None
                self.ended += 1
            self.passages += each.happening is Happening.PASSAGE
            if each.happening is Happening.DOOR_HELD:
                assert self.open
                assert not self.held
                self.held = True

    @rule(seconds=st.floats(0, 30))
    def time_passes(self, seconds):
        self.now += seconds
        self.take(self.door.tick(self.now))

    @precondition(lambda self: self.door.free_for("amr-17", "r1"))
    @rule()
    def grant(self):
        self.begun += self.door.grant is None
        self.door.begin(GRANT, self.now)

    @rule(is_open=st.booleans())
    def leaf(self, is_open):
        self.opened += is_open and not self.open
        seen = self.door.leaf(self.now, is_open=is_open)
        self.open = is_open
        self.held = self.held and is_open
        self.take(seen)

    @rule(pressed=st.booleans())
    def button(self, pressed):
        self.door.exit_button(self.now, pressed=pressed)

    @rule()
    def reader_gone(self):
        self.door.lose_sight()

    @invariant()
    def each_grant_ends_exactly_once_and_no_passage_without_one(self):
        assert self.begun - self.ended == (self.door.grant is not None)
        assert self.passages <= min(self.begun, self.opened)


test_any_day_at_a_door = AnyDay.TestCase
