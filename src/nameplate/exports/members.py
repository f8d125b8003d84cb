"""Reading an event that is an OCSF object: what other formats are rendered from."""

from collections.abc import Mapping
from typing import Any

Members = Mapping[str, Any]


def pick(event: Members, *paths: str) -> str:
    """The first of these dotted paths that leads to a text or a number, as text; empty when none does."""
    for path in paths:
        value = _at(event, path)
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
            return str(value)
    return ""


def _at(event: Members, path: str) -> object:
    found: object = event
    for name in path.split("."):
        if isinstance(found, list) and found:
            found = found[0]
        if not isinstance(found, Mapping):
            return None
        found = found.get(name)
    return found[0] if isinstance(found, list) and found else found
