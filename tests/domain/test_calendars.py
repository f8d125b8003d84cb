from datetime import date

import pytest

from nameplate.domain.calendars import Calendar, Closure, SpecialDay, within

EVE, FEAST, AFTER = date(2026, 12, 24), date(2026, 12, 25), date(2026, 12, 27)
CALENDAR = Calendar(
    "holidays",
    "clinic",
    closed=(Closure(EVE, AFTER),),
    special=(SpecialDay(EVE, 360, 720), SpecialDay(EVE, 780, 840)),
)


def test_an_ordinary_day_has_no_hours_of_its_own():
    assert CALENDAR.own_hours(date(2026, 12, 23)) is None
    assert CALENDAR.own_hours(date(2026, 12, 28)) is None


def test_both_ends_of_a_closure_are_closed():
    assert CALENDAR.own_hours(FEAST) == CALENDAR.own_hours(AFTER) == ()


def test_a_special_day_opens_a_closed_one_for_all_its_parts():
    assert CALENDAR.own_hours(EVE) == ((360, 720), (780, 840))


@pytest.mark.parametrize(("minute", "open_"), [(359, False), (360, True), (719, True), (720, False), (800, True)])
def test_the_start_belongs_to_a_part_and_the_end_does_not(minute, open_):
    assert within(((360, 720), (780, 840)), minute) is open_
