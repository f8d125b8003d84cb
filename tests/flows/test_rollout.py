from contextlib import closing
from datetime import date

import pytest

from nameplate.domain.errors import Conflict, Invalid, NotFound
from nameplate.domain.points import Exemption, Point
from nameplate.domain.registry import Registry
from nameplate.domain.rollouts import HOUR_US, Declared, Noted, Place, Tally
from nameplate.flows.rollout import REST, SHOWN, Rollout, period
from nameplate.stores.sqlite import SqliteStore
from tests.domain.index.worlds import wall

NOW = 1_795_343_400_000_000
DAY_S = 86_400
FAR, PAST = date(2090, 1, 1), date(2026, 11, 22)
OBSERVING = Point("gate", "authzen", "default", observe=(Exemption(("door:*",), FAR),))


def place(resource="door:d", target="", point="gate"):
    return Place(point, "amr-1", "enter", resource, target, "observe", "window")


@pytest.fixture
def rollout(tmp_path):
    def make(point, *refusals, age_s=30 * DAY_S):
        registry, noted = Registry(points={point.id: point}), Noted()
        noted.declared = [Declared(point.id, 1, NOW - age_s * 1_000_000, point)]
        for each, ago_s in refusals:
            at = NOW - ago_s * 1_000_000
            noted.refusals[at - at % HOUR_US, each] = Tally(1, at, at, "n-1")
        store.save(Registry(), (), 0, noted)
        return Rollout(registry, store, wall)

    with closing(SqliteStore(tmp_path / "t.db")) as store:
        yield make


def test_where_nothing_would_have_been_refused_the_next_mode_is_due(rollout):
    step = rollout(OBSERVING, (place(), 8 * DAY_S), (place(point="yard"), 5)).promotion("gate", "", 7 * DAY_S, NOW)
    assert step.ready
    assert [(each.place, each.mode) for each in step.held] == [("door:*", "observe")]
    assert step.point == Point("gate", "authzen", "default", warn=OBSERVING.observe)


def test_a_refusal_within_the_time_speaks_against_it_to_the_second(rollout):
    flow = rollout(OBSERVING, (place(), 7 * DAY_S))
    step = flow.promotion("gate", "", 7 * DAY_S, NOW)
    assert (step.ready, [each.place for each in step.refused]) == (False, [place()])
    assert flow.promotion("gate", "", 7 * DAY_S - 1, NOW).ready


def test_a_mode_that_is_too_young_speaks_against_it(rollout):
    flow = rollout(OBSERVING, age_s=DAY_S)
    step = flow.promotion("gate", "", DAY_S + 1, NOW)
    assert (step.ready, [each.place for each in step.young]) == (False, ["door:*"])
    assert flow.promotion("gate", "", DAY_S, NOW).ready


def test_only_what_concerns_the_resource_counts_for_it(rollout):
    flow = rollout(OBSERVING, (place("door:a"), 5), (place("door:b", "zone:ward"), 5))
    assert flow.promotion("gate", "door:c", DAY_S, NOW).ready
    assert not flow.promotion("gate", "door:a", DAY_S, NOW).ready
    step = flow.promotion("gate", "door:*", DAY_S, NOW)
    assert len(step.refused) == 2


def test_a_zone_beyond_a_door_can_be_promoted(rollout):
    point = Point("gate", "authzen", "default", default_mode="warn", until=FAR)
    flow = rollout(point, (place("door:b", "zone:ward"), 5))
    assert not flow.promotion("gate", "zone:ward", DAY_S, NOW).ready
    step = flow.promotion("gate", "zone:hall", DAY_S, NOW)
    assert (step.ready, step.point.enforce) == (True, ("zone:hall",))


def test_however_many_refusals_there_are_a_few_are_shown(rollout):
    many = [(place(f"door:{number:04}"), 5) for number in range(SHOWN + 5)]
    assert len(rollout(OBSERVING, *many).promotion("gate", "", DAY_S, NOW).refused) == SHOWN


def test_the_default_counts_as_a_place_and_what_is_over_does_not(rollout):
    over = (Exemption(("app:*",), PAST),)
    point = Point("gate", "authzen", "default", default_mode="observe", until=FAR, warn=over)
    step = rollout(point).promotion("gate", "", DAY_S, NOW)
    assert [(each.place, each.mode) for each in step.held] == [(REST, "observe")]
    assert (step.point.default_mode, step.point.enforce) == ("warn", ("app:*",))


def test_there_must_be_something_to_promote(rollout):
    flow = rollout(OBSERVING)
    with pytest.raises(NotFound):
        flow.promotion("nobody", "", DAY_S, NOW)
    with pytest.raises(Conflict):
        flow.promotion("gate", "app:x", DAY_S, NOW)
    with pytest.raises(Invalid):
        flow.promotion("gate", "door:*-x", DAY_S, NOW)


@pytest.mark.parametrize(("text", "seconds"), [("30m", 1800), ("12h", 43_200), ("90d", 90 * DAY_S)])
def test_a_period_has_a_unit(text, seconds):
    assert period(text) == seconds


@pytest.mark.parametrize("text", ["", "7", "0d", "-1d", "91d", "1.5d", "7 d", "\u0667d", "999999999999d"])
def test_what_is_no_period_is_refused(text):
    with pytest.raises(Invalid):
        period(text)
