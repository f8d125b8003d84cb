from typing import Any

import pytest

from nameplate.domain.contracts import Contract, Scheduled, Window
from nameplate.domain.manifests.documents import from_document, read_document, to_document

WEEKLY = {"days": ["mon"], "from": "06:00", "to": "22:00", "timezone": "Europe/Berlin"}


def contract(during: Any) -> dict[str, Any]:
    grant = {"actions": ["enter"], "resources": ["zone:a"], "during": during}
    return {"kind": "Contract", "id": "k", "grants": [grant]}


def read(during: Any) -> tuple[Any, ...]:
    value = from_document(contract(during))
    assert isinstance(value, Contract)
    return value.grants[0].during


def faults(during: Any) -> list[str]:
    return [problem.where.removeprefix("grants[0].during") for problem in read_document(contract(during))[1]]


def test_a_calendar_can_be_named_alone_beside_windows_and_as_an_exception() -> None:
    assert read({"schedule": "day-shift"}) == (Scheduled("day-shift"),)
    assert read(
        [{"schedule": "day-shift", "except": ["holidays"]}, WEEKLY | {"except": ["holidays", "stocktaking"]}]
    ) == (
        Scheduled("day-shift", ("holidays",)),
        Window((0,), 360, 1320, "Europe/Berlin", ("holidays", "stocktaking")),
    )


@pytest.mark.parametrize(
    "during",
    [
        WEEKLY,
        {"schedule": "day-shift", "except": ["holidays"]},
        [WEEKLY | {"except": ["holidays"]}, {"schedule": "day-shift"}, {"timezone": "UTC"}],
    ],
)
def test_it_is_written_as_it_was_read(during: Any) -> None:
    written: Any = to_document(from_document(contract(during)))
    assert written["grants"][0]["during"] == during


@pytest.mark.parametrize(
    ("during", "where"),
    [
        ({}, ".timezone"),
        ({"schedule": "day-shift", "timezone": "UTC"}, ".timezone"),
        ({"schedule": "day-shift", "from": "06:00", "to": "07:00"}, ".from"),
        ({"schedule": "a b"}, ".schedule"),
        ({"schedule": None}, ".schedule"),
        (WEEKLY | {"except": []}, ".except"),
        (WEEKLY | {"except": "holidays"}, ".except"),
        (WEEKLY | {"except": ["a", "a"]}, ".except[1]"),
        (WEEKLY | {"except": [{"day": 1}]}, ".except[0]"),
        (WEEKLY | {"days": ["someday"]}, ".days[0]"),
        (WEEKLY | {"to": "25:00"}, ".to"),
    ],
)
def test_what_is_wrong_is_told_where_it_stands(during: Any, where: str) -> None:
    assert where in faults(during)
