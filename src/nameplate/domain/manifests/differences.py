"""What differs between two documents, field by field."""

import json
from collections.abc import Iterator, Mapping

Document = Mapping[str, object]


def differences(old: Document, new: Document) -> list[dict[str, object]]:
    """`{field, from, to}` for each field that differs; None stands for a field that is not there.

    Values are compared with their types: true is not 1.
    """
    before, after = dict(_leaves(old, "")), dict(_leaves(new, ""))
    fields = [*after, *(field for field in before if field not in after)]
    return [
        {"field": field, "from": before.get(field), "to": after.get(field)}
        for field in fields
        if typed(before.get(field)) != typed(after.get(field))
    ]


def typed(value: object) -> str:
    """A text that is the same only for the same JSON value."""
    return json.dumps(value, sort_keys=True)


def _leaves(value: object, path: str) -> Iterator[tuple[str, object]]:
    """Mappings and lists of mappings are entered; any other list is one value."""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from _leaves(entry, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and any(isinstance(entry, Mapping) for entry in value):
        for position, entry in enumerate(value):
            yield from _leaves(entry, f"{path}[{position}]")
    elif path not in ("kind", "id"):
        yield path, value
