"""What Entra, Okta and others write in forms of their own, in the form of the standard. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic_core import from_json
from scim2_models import InvalidSyntaxException, InvalidValueException

DEEPEST = 24
MOST_OPERATIONS = 1_000
PATCH_OP = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_BOOLEANS = {"true": True, "false": False}
_SELECTED = re.compile(r"(?P<list>[\w:.$-]+)\[(?P<filter>[^\]]+)\](?:\.(?P<sub>[\w$]+))?", re.ASCII)
_EQUAL = re.compile(r'(?P<name>[\w$]+)\s+eq\s+(?:"(?P<text>[^"\\]*)"|(?P<flag>true|false))', re.ASCII | re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)


def read_json(body: bytes) -> Any:
    """The value of a body; raises InvalidSyntaxException where it is none, or nested too deeply."""
    try:
        value = from_json(body, allow_inf_nan=False)
    except (ValueError, RecursionError) as error:
        raise InvalidSyntaxException(detail=f"The body is not JSON: {str(error)[:200]}") from None
    if _depth(value) > DEEPEST:
        raise InvalidSyntaxException(detail=f"The body is nested deeper than {DEEPEST} levels")
    if _is_odd(body):
        _require_text(value)
    return value


def _depth(value: Any) -> int:
    """Without recursion: the value may be as deep as its parser allows."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > DEEPEST:
            break
        level = [inner for each in level for inner in _inner(each)]
    return depth


def _inner(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _is_odd(body: bytes) -> bool:
    return b"\\u" in body or b"\0" in body


def _require_text(value: Any) -> None:
    """Half of a surrogate pair is no character, and cannot be kept."""
    level = [value]
    while level:
        for each in level:
            texts = [each] if isinstance(each, str) else list(each) if isinstance(each, dict) else []
            if any("\ud800" <= letter <= "\udfff" for text in texts for letter in text):
                raise InvalidSyntaxException(detail="The body holds half of a surrogate pair")
        level = [inner for each in level for inner in _inner(each)]


def resource_body(value: Any) -> Any:
    """A resource for POST or PUT: booleans that are written as texts become booleans."""
    if isinstance(value, dict):
        read = {True: _boolean, False: _primaries}
        return {name: read[name.lower() == "active"](inner) for name, inner in value.items()}
    return value


def _primaries(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _manager(inner) if name.lower() == "manager" else inner for name, inner in value.items()}
    if isinstance(value, list):
        return [
            {name: _boolean(inner) if name.lower() == "primary" else inner for name, inner in each.items()}
            if isinstance(each, dict)
            else each
            for each in value
        ]
    return value


def _manager(value: Any) -> Any:
    """Entra names a manager by the bare id."""
    return {"value": value} if isinstance(value, str) else value


def _boolean(value: Any) -> Any:
    """Only `true` and `false` are truth values, whatever their case and whether they stand in quotes."""
    found = _BOOLEANS.get(value.lower(), value) if isinstance(value, str) else value
    if isinstance(found, bool) or found is None:
        return found
    raise InvalidValueException(detail="A truth value is true or false")


def patch_body(value: Any) -> Any:
    """A PATCH: truth values, and the removal of members that are named by value."""
    if not isinstance(value, dict):
        return value
    name = next((each for each in value if each.lower() == "operations"), None)
    operations = value[name] if name is not None else None
    if name is None or not isinstance(operations, list):
        return value
    if len(operations) > MOST_OPERATIONS:
        raise InvalidValueException(detail=f"A PATCH may have {MOST_OPERATIONS} operations")
    return {**value, name: [each for operation in operations for each in _operations(operation)]}


def _operations(operation: Any) -> Iterator[Any]:
    if not isinstance(operation, dict):
        yield operation
        return
    told = {name.lower(): inner for name, inner in operation.items()}
    op, path, value = told.get("op"), told.get("path"), told.get("value")
    op = op.lower() if isinstance(op, str) else op
    given = {"op": op, **({"path": path} if "path" in told else {}), **({"value": value} if "value" in told else {})}
    if op == "remove" and isinstance(path, str) and isinstance(value, list | dict) and "[" not in path:
        yield from _removals(path, value if isinstance(value, list) else [value])
    elif op == "remove":
        yield {"op": op, **({"path": path} if "path" in told else {})}
    elif isinstance(path, str):
        leaf = re.split(r"[.:]", path)[-1].lower()
        read = {"active": _boolean, "primary": _boolean, "manager": _manager}.get(leaf)
        yield {**given, "value": read(value)} if read is not None and "value" in told else given
    else:
        yield {**given, "value": _attributes(value)} if "value" in told else given


def _attributes(value: Any) -> Any:
    """Those of a PATCH without a path, whose names may be paths themselves."""
    if not isinstance(value, dict):
        return value
    named = {name: re.split(r"[.:]", name)[-1].lower() for name in value}
    return resource_body(
        {
            name: _boolean(inner) if named[name] == "active" else _manager(inner) if named[name] == "manager" else inner
            for name, inner in value.items()
        }
    )


def _removals(path: str, values: list[Any]) -> Iterator[dict[str, Any]]:
    """Entra removes members by a list of values, which the standard does not know."""
    for each in values:
        value = each.get("value") if isinstance(each, dict) else each
        if not isinstance(value, str) or '"' in value or "\\" in value:
            raise InvalidValueException(detail="What is removed by value is named by its value")
        yield {"op": "remove", "path": f'{path}[value eq "{value}"]'}


def only_active(patch: Any) -> bool | None:
    """What a PATCH says that says only whether somebody is active; None for any other. `patch`: see `patch_body`."""
    if not isinstance(patch, Mapping) or patch.get("schemas") != [PATCH_OP]:
        return None
    operations = patch.get("Operations")
    if not isinstance(operations, list) or len(operations) != 1 or not isinstance(operations[0], dict):
        return None
    operation = operations[0]
    if operation.get("op") not in {"replace", "add"} or not patch.keys() <= {"schemas", "Operations"}:
        return None
    value = operation.get("value")
    if operation.get("path") == "active":
        return value if isinstance(value, bool) else None
    if "path" not in operation and isinstance(value, dict) and value.keys() == {"active"}:
        return value["active"] if isinstance(value["active"], bool) else None
    return None


def selected(path: str, value: Any) -> tuple[str, list[dict[str, Any]]] | None:
    """`emails[type eq "home"].value` and X: the list, and the element that this means where none is there yet."""
    match = _SELECTED.fullmatch(path)
    if match is None:
        return None
    element: dict[str, Any] = {}
    for part in _AND.split(match["filter"].strip()):
        equal = _EQUAL.fullmatch(part.strip())
        if equal is None:
            return None
        element[equal["name"]] = _BOOLEANS[equal["flag"].lower()] if equal["flag"] else equal["text"]
    if match["sub"] is None:
        return (match["list"], [{**element, **value}]) if isinstance(value, dict) else None
    return match["list"], [{**element, match["sub"]: value}]
