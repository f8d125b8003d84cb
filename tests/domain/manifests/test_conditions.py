from typing import Any

import pytest

from nameplate.domain import contracts
from nameplate.domain.manifests.conditions import MAX_LINES, read_tests, write_tests
from nameplate.domain.manifests.fields import Fields


def read(where: Any) -> tuple[tuple[contracts.Test, ...], list[str]]:
    fields = Fields({"where": where}, [])
    return read_tests(fields, "where"), [problem.where for problem in fields.problems]


def test_values_and_ranges_are_read():
    tests, problems = read({"resource.status": ["ok", 1, True, None], "action.value": {"min": 0, "max": 60}})
    assert problems == []
    assert tests == (
        contracts.Test(("resource", "status"), ("ok", 1, True, None)),
        contracts.Test(("action", "value"), None, 0.0, 60.0),
    )


def test_types_are_kept_because_true_is_not_one():
    tests, _ = read({"context.x": [1, True, 1.0]})
    assert [type(value) for value in tests[0].values or ()] == [int, bool, float]
    assert [type(value) for value in write_tests(tests)["context.x"]] == [int, bool, float]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("where", "place"),
    [
        ({"user.x": [1]}, "where.user.x"),
        ({"context": [1]}, "where.context"),
        ({"context.": [1]}, "where.context."),
        ({"context..x": [1]}, "where.context..x"),
        ({"context." + ".".join("a" * 8): [1]}, "where.context.a.a.a.a.a.a.a.a"),
        ({"context.x": 1}, "where.context.x"),
        ({"context.x": []}, "where.context.x"),
        ({"context.x": [[1]]}, "where.context.x[0]"),
        ({"context.x": [2**53 + 1]}, "where.context.x[0]"),
        ({"context.x": [float("nan")]}, "where.context.x[0]"),
        ({"context.x": [float("inf")]}, "where.context.x[0]"),
        ({"context.x": {}}, "where.context.x"),
        ({"context.x": {"min": 2, "max": 1}}, "where.context.x"),
        ({"context.x": {"min": True}}, "where.context.x.min"),
        ({"context.x": {"min": "1"}}, "where.context.x.min"),
        ({"context.x": {"min": 1, "most": 2}}, "where.context.x.most"),
        ({}, "where"),
        ({f"context.x{n}": [1] for n in range(MAX_LINES + 1)}, "where"),
        (["context.x"], "where"),
    ],
)
def test_a_line_that_could_be_misread_is_refused(where, place):
    assert place in read(where)[1]
