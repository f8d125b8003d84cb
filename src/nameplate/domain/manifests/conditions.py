"""`where` and `unless`: lines of a property path and what it may be."""

import math
from collections.abc import Mapping
from typing import TypeGuard

from nameplate.domain.contracts import Test, Value

from .fields import MAX_TEXT, Fields

ROOTS = ("subject", "action", "resource", "context")
MAX_LINES = 64
MAX_VALUES = 1_000
MAX_DEPTH = 8
_EXACT = 2**53


def read_tests(fields: Fields, key: str) -> tuple[Test, ...]:
    """The lines under `key`, in their order."""
    section = fields.section(key)
    if section is None:
        return ()
    if not 0 < len(section.source) <= MAX_LINES:
        fields.fail(key, f"There are {len(section.source)} lines.", f"Write 1 to {MAX_LINES}, or leave the field out.")
        return ()
    return tuple(test for line in section.source if (test := _test(section, line)))


def _test(section: Fields, line: str) -> Test | None:
    path = tuple(line.split("."))
    if (
        not 1 < len(path) <= MAX_DEPTH
        or path[0] not in ROOTS
        or not all(0 < len(part) <= MAX_TEXT and part.isprintable() for part in path)
    ):
        roots = ", ".join(ROOTS)
        section.fail(
            line[:MAX_TEXT],
            "This is not a property.",
            f"Start with one of {roots}, then a dot and the property, as in `resource.status`.",
        )
        return None
    if isinstance(section.source[line], Mapping):
        return _range(section, line, path)
    values = tuple(_values(section, line))
    return Test(path, values) if values else None


def _values(section: Fields, line: str) -> list[Value]:
    found: list[Value] = []
    for place, entry in section.items(line, limit=MAX_VALUES):
        if _is_value(entry):
            found.append(entry)
        else:
            section.fail(place, "This cannot be compared.", "Use texts, numbers up to 2^53, true, false or null.")
    return found


def _is_value(entry: object) -> TypeGuard[Value]:
    if isinstance(entry, str):
        return len(entry) <= MAX_TEXT and entry.isprintable()
    return entry is None or isinstance(entry, bool) or _is_number(entry)


def _is_number(entry: object) -> TypeGuard[int | float]:
    return (
        isinstance(entry, int | float) and not isinstance(entry, bool) and math.isfinite(entry) and abs(entry) <= _EXACT
    )


def _range(section: Fields, line: str, path: tuple[str, ...]) -> Test | None:
    bounds = section.section(line)
    if bounds is None:
        return None
    low, high = _bound(bounds, "min"), _bound(bounds, "max")
    bounds.done()
    if low is None and high is None:
        bounds.fail("", "The range has no bound.", "Give `min`, `max` or both.")
    elif low is not None and high is not None and low > high:
        bounds.fail("", "The range is empty: min is above max.", "Exchange them.")
    return Test(path, None, low, high)


def _bound(bounds: Fields, key: str) -> float | None:
    value = bounds.take(key)
    if value is None:
        return None
    if not _is_number(value):
        bounds.fail(key, "This is not a number.", "Write a number up to 2^53, without quotes or unit.")
        return None
    return float(value)


def write_tests(tests: tuple[Test, ...]) -> dict[str, object]:
    """The inverse of `read_tests`."""
    return {".".join(test.path): _written(test) for test in tests}


def _written(test: Test) -> object:
    if test.values is not None:
        return list(test.values)
    bounds = {"min": test.low, "max": test.high}
    return {key: int(value) if value.is_integer() else value for key, value in bounds.items() if value is not None}
