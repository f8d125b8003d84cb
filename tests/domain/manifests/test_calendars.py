from typing import Any

import pytest

from nameplate.domain.manifests.documents import from_document, read_document, to_document

SHIFT: dict[str, Any] = {
    "kind": "Calendar",
    "id": "day-shift",
    "site": "clinic",
    "timezone": "Europe/Berlin",
    "open": [{"days": ["mon", "tue"], "from": "06:00", "to": "22:00"}],
    "closed": ["2026-12-25", {"from": "2026-12-27", "to": "2026-12-31"}],
    "special": [{"day": "2026-12-24", "from": "06:00", "to": "12:00"}],
}


def faults(**changes: Any) -> list[tuple[str, str]]:
    value, problems = read_document({**SHIFT, **changes})
    assert (value is None) is bool(problems)
    return [(problem.where, problem.message) for problem in problems]


def test_a_calendar_is_written_as_it_was_read() -> None:
    assert to_document(from_document(SHIFT)) == SHIFT


def test_midnight_ends_a_special_day() -> None:
    special = [{"day": "2026-12-24", "from": "00:00", "to": "24:00"}]
    written = to_document(from_document(SHIFT | {"special": special}))
    assert written["special"] == special
    assert from_document(written) == from_document(SHIFT | {"special": special})


def test_hours_of_the_whole_week_are_kept() -> None:
    assert to_document(from_document(SHIFT | {"open": [{}]}))["open"] == [
        {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]}
    ]


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"closed": ["2026-02-30"]}, "closed[0]"),
        ({"closed": [{"from": "2026-12-27"}]}, "closed[0].to"),
        ({"closed": [{"from": "2026-12-27", "to": "2026-12-26"}]}, "closed[0].to"),
        ({"closed": ["1999-12-31"]}, "closed[0]"),
        ({"closed": "2026-12-25"}, "closed"),
        ({"special": [{"day": "2026-12-24"}]}, "special[0].from"),
        ({"special": [{"day": "2026-12-24", "from": "12:00", "to": "12:00"}]}, "special[0].to"),
        ({"special": [{"day": "2026-12-24", "from": "22:00", "to": "06:00"}]}, "special[0].to"),
        ({"open": [{"timezone": "UTC"}]}, "open[0].timezone"),
        ({"open": [{"from": "06:00"}]}, "open[0]"),
        ({"timezone": "not a zone"}, "timezone"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(changes: dict[str, Any], where: str) -> None:
    assert where in [found for found, _ in faults(**changes)]
