"""`where` and `unless`: property paths and typed comparison."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from .actors import Actor, Standing
from .contracts import Test, Value
from .requests import NOTHING, AccessRequest

MISSING: Final = object()

_DECLARED = frozenset(("id", "type", "owner", "sponsor", "purpose", "environment", "tier", "site", "contract"))
_OF_THE_UNIT = frozenset(("manufacturer", "model", "serial", "supplier", "firmware"))
REGISTERED = _DECLARED | _OF_THE_UNIT | {"state"}
"""Properties of the subject that come from the registry alone, even where it has no value for them."""


def all_hold(tests: Iterable[Test], request: AccessRequest, actor: Actor, standing: Standing) -> bool:
    """`where`: every line must hold; a missing value fails."""
    return all(matches(test, find(test.path, request, actor, standing)) for test in tests)


def any_holds(tests: Iterable[Test], request: AccessRequest, actor: Actor, standing: Standing) -> bool:
    """`unless`: one line that matches refuses; a missing value matches nothing."""
    return any(matches(test, find(test.path, request, actor, standing)) for test in tests)


def find(path: tuple[str, ...], request: AccessRequest, actor: Actor, standing: Standing) -> Any:
    """What lies at `path`, or MISSING. The first part is subject, action, resource or context."""
    root, *names = path
    found: Any = _root(root, request)
    if root == "subject" and names and names[0] in REGISTERED:
        found = registered(actor, standing)
    for name in names:
        if not isinstance(found, Mapping) or name not in found:
            return MISSING
        found = found[name]
    return found


def registered(actor: Actor, standing: Standing) -> dict[str, str]:
    """What the registry knows about the subject; what it holds no value for is absent."""
    known = {name: str(getattr(actor, name)) for name in _DECLARED} | {"state": str(standing.state)}
    if actor.unit is not None:
        known |= {name: getattr(actor.unit, name) for name in _OF_THE_UNIT}
        known["supplier"] = actor.unit.supplier or actor.unit.manufacturer
    return {name: value for name, value in known.items() if value}


def matches(test: Test, found: Any) -> bool:
    """Whether a property has one of the values, or lies in the range. Types count: true is not 1, "1" is not 1."""
    if test.values is not None:
        return any(_same(value, found) for value in test.values)
    if not _is_number(found):
        return False
    above = test.low is None or test.low <= found
    return above and (test.high is None or found <= test.high)


def _root(name: str, request: AccessRequest) -> Mapping[str, Any]:
    roots = {
        "subject": request.subject,
        "action": request.action_properties,
        "resource": request.resource_properties,
        "context": request.context,
    }
    return roots.get(name, NOTHING)


def _same(value: Value, found: Any) -> bool:
    if _is_number(value) and _is_number(found):
        return bool(value == found)
    return type(value) is type(found) and isinstance(value, bool | str | None) and value == found


def _is_number(found: object) -> bool:
    """Numbers are integers and floats, but neither booleans nor NaN."""
    return type(found) in {int, float} and found == found  # noqa: PLR0124 - NaN alone differs from itself
