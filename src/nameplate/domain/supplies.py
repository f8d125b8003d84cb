"""Properties that enforcement points declare that they send with their questions, each of one type."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from .points import Point
from .policies import Rule
from .requests import NOTHING, AccessRequest

ROOTS = ("action", "resource", "context")
"""What properties are of. Those of the subject come from the registry alone."""
MAX_TEXT = 256
MAX_TEXTS = 64
_INTEGERS = range(-(2**63), 2**63)
_MOST_DECIMAL = 9e14


class Type(StrEnum):
    """What a property may be. A `decimal` is rounded to four digits after the point."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    TEXTS = "texts"


Supplies = Mapping[tuple[str, str], Type]
"""Types by root and name."""
Value = str | int | float | bool | tuple[str, ...]
NO_SUPPLIES: Supplies = MappingProxyType({})


class Sent(NamedTuple):
    """What a caller sent of what is declared. `misfits`: what it sent of another type, as `resource.status`."""

    values: Mapping[str, Mapping[str, Value]]
    misfits: tuple[str, ...] = ()


NOTHING_SENT = Sent(dict.fromkeys(ROOTS, NOTHING))


def supplied(points: Iterable[Point]) -> dict[tuple[str, str], Type]:
    """What all points together supply."""
    return {
        (root, name): Type(kind)
        for point in points
        for root, _, name, kind in ((*path.partition("."), kind) for path, kind in point.supplies.items())
    }


def sent(supplies: Supplies, request: AccessRequest) -> Sent:
    """What `request` says of the properties that are declared; null counts as not sent."""
    given = {
        "action": request.action_properties,
        "resource": request.resource_properties,
        "context": request.context,
    }
    if not any(given.values()):
        return NOTHING_SENT
    values: dict[str, dict[str, Value]] = {root: {} for root in ROOTS}
    misfits = []
    for (root, name), kind in supplies.items():
        found = given[root].get(name)
        fitting = None if found is None else _READERS[kind](found)
        if fitting is not None:
            values[root][name] = fitting
        elif found is not None:
            misfits.append(f"{root}.{name}")
    return Sent(values, tuple(misfits))


def named_in(rule: Rule, paths: Iterable[str]) -> Iterator[str]:
    """Those properties (`resource.status`) that the text of a rule may refer to: rather one too many."""
    # Behind a backslash a name may be spelt in other ways.
    spelt = "\\" in rule.cedar
    if spelt or "sent" in rule.cedar:
        yield from (path for path in paths if spelt or path.partition(".")[2] in rule.cedar)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and len(value) <= MAX_TEXT else None


def _integer(value: Any) -> int | None:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value in _INTEGERS else None


def _decimal(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Compared before it is made a float: an integer may be too large to be one. NaN is no number.
    return round(float(value), 4) if -_MOST_DECIMAL <= value <= _MOST_DECIMAL else None


def _boolean(value: Any) -> bool | None:
    return value if isinstance(value, bool) else None


def _texts(value: Any) -> tuple[str, ...] | None:
    if not isinstance(value, list | tuple) or len(value) > MAX_TEXTS:
        return None
    return tuple(value) if all(_text(each) is not None for each in value) else None


_READERS: Mapping[Type, Callable[[Any], Value | None]] = {
    Type.TEXT: _text,
    Type.INTEGER: _integer,
    Type.DECIMAL: _decimal,
    Type.BOOLEAN: _boolean,
    Type.TEXTS: _texts,
}
