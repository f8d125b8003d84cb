from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from nameplate.boot.timezones import transitions
from nameplate.domain.actors import Actor, ActorType, Standing, State
from nameplate.domain.calendars import Calendar, Closure, SpecialDay
from nameplate.domain.contracts import Contract, Grant, Scheduled, Window
from nameplate.domain.errors import Invalid
from nameplate.domain.index import Index
from nameplate.domain.index.calendars import ALL_WEEK, Excepted, Timetable
from nameplate.domain.places import Site
from nameplate.domain.requests import AccessRequest
from nameplate.domain.windows import COVERED_FROM_US, COVERED_TO_US, LocalTime
from tests.domain.index.worlds import us

BERLIN = LocalTime(transitions("Europe/Berlin"))
WORKDAYS = Window((0, 1, 2, 3, 4), 360, 1320, "")
CHRISTMAS = Closure(date(2026, 12, 25), date(2026, 12, 26))
SHIFT = Calendar(
    "shift", "clinic", open=(WORKDAYS,), closed=(CHRISTMAS,), special=(SpecialDay(date(2026, 12, 24), 360, 720),)
)
NIGHT = Calendar("shift", "clinic", open=(Window((3,), 1320, 360, ""),), closed=(CHRISTMAS,))


def berlin(day: int, hour: int, minute: int = 0) -> int:
    """In December 2026, winter time: an hour before UTC."""
    return us(datetime(2026, 12, day, hour, minute, tzinfo=UTC) - timedelta(hours=1))


def timetable(calendar: Calendar) -> Timetable:
    declared = Timetable()
    declared.declare(calendar, BERLIN)
    return declared


@pytest.mark.parametrize(
    ("day", "hour", "open_"),
    [(23, 5, False), (23, 6, True), (23, 21, True), (24, 6, True), (24, 12, False), (25, 10, False), (28, 10, True)],
)
def test_weekly_hours_but_for_special_and_closed_days(day, hour, open_):
    assert timetable(SHIFT).is_open(ALL_WEEK, berlin(day, hour)) is open_


def test_a_closed_day_ends_a_night_that_began_before_it():
    night = timetable(NIGHT)
    assert night.is_open(ALL_WEEK, berlin(24, 23, 59))
    assert not night.is_open(ALL_WEEK, berlin(25, 0))
    assert timetable(replace(NIGHT, closed=())).is_open(ALL_WEEK, berlin(25, 0))


def test_without_weekly_hours_it_is_open_but_for_its_own_days():
    holidays = timetable(Calendar("h", "clinic", closed=(CHRISTMAS,)))
    assert holidays.is_open(ALL_WEEK, berlin(24, 3))
    assert not holidays.is_open(ALL_WEEK, berlin(26, 3))


def test_one_that_is_not_declared_is_closed_and_excepts_everything():
    assert not Timetable().is_open(ALL_WEEK, berlin(23, 10))
    assert not Timetable().allows(berlin(23, 10))


@pytest.mark.parametrize("at", [COVERED_FROM_US - 1, COVERED_TO_US])
def test_outside_the_covered_years_nothing_is_open(at):
    anything = timetable(Calendar("a", "clinic"))
    assert not anything.is_open(ALL_WEEK, at)
    assert not anything.allows(at)


def test_an_exception_lets_a_special_day_pass_within_its_hours():
    excepted = Excepted(BERLIN, (timetable(SHIFT),))
    assert excepted.is_open(ALL_WEEK, berlin(23, 3))
    assert excepted.is_open(ALL_WEEK, berlin(24, 11))
    assert not excepted.is_open(ALL_WEEK, berlin(24, 12))
    assert not excepted.is_open(bytes(len(ALL_WEEK)), berlin(23, 3))


GRANT = Grant(("read",), ("app:x",), during=(Scheduled("shift"),))
ASK = AccessRequest("amr-1", "read", "app:x", berlin(23, 10))


def put(*calendars: Calendar) -> Index:
    index = Index(transitions)
    index.put_site(Site("clinic", "Europe/Berlin"))
    index.put_contract(Contract("k1", (GRANT,), revision=1))
    index.put_actor(Actor("amr-1", ActorType.ROBOT, "clinic", contract="k1"), Standing(State.ACTIVE))
    for calendar in calendars:
        index.put_calendar(calendar)
    return index


def test_a_changed_calendar_holds_at_once_for_a_contract_that_names_it():
    index = put()
    assert not index.decide(ASK, 0.0).permit
    index.put_calendar(SHIFT)
    assert index.decide(ASK, 0.0).permit
    index.put_calendar(replace(SHIFT, closed=(Closure(date(2026, 12, 23), date(2026, 12, 23)),)))
    assert not index.decide(ASK, 0.0).permit
    index.put_calendar(SHIFT)
    index.drop_calendar("shift")
    assert not index.decide(ASK, 0.0).permit


def test_a_calendar_without_a_time_zone_moves_with_its_site():
    index, early = put(SHIFT), ASK._replace(at=berlin(23, 6))
    assert index.decide(early, 0.0).permit
    index.put_site(Site("clinic", "UTC"))
    assert not index.decide(early, 0.0).permit
    index.put_calendar(replace(SHIFT, timezone="Europe/Berlin"))
    index.drop_site("clinic")
    assert index.decide(early, 0.0).permit


def test_a_time_zone_that_does_not_exist_leaves_the_calendar_as_it_was():
    index = put(SHIFT)
    with pytest.raises(Invalid):
        index.put_calendar(replace(SHIFT, timezone="Mars/Olympus"))
    assert index.decide(ASK, 0.0).permit
