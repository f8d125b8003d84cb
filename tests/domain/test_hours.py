import pytest

from nameplate.domain.contracts import During, Scheduled, Window
from nameplate.domain.hours import clock_text, during_text, listed

WORKDAYS = Window((0, 1, 2, 3, 4), 360, 1320, "Europe/Berlin")


@pytest.mark.parametrize(
    ("during", "text"),
    [
        (WORKDAYS, "Monday to Friday 06:00-22:00 (Europe/Berlin)"),
        (Window((5, 6), 0, 0, "UTC", ("holidays",)), "Saturday and Sunday 00:00-00:00 (UTC) but for holidays"),
        (Scheduled("day-shift"), "within the hours of day-shift"),
        (Scheduled("day-shift", ("a", "b")), "within the hours of day-shift but for a and b"),
    ],
)
def test_hours_are_told_as_people_say_them(during: During, text: str) -> None:
    assert during_text(during) == text


def test_a_clock_and_a_list() -> None:
    assert clock_text(65) == "01:05"
    assert [listed(names, "or") for names in (["a"], ["a", "b"], ["a", "b", "c"])] == ["a", "a or b", "a, b or c"]
