"""The registry as it would be: a copy with changes made to it, for trying them out."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from typing import Any

from .registry import Registry, fold


def drafted(registry: Registry, changes: Iterable[Mapping[str, Any]]) -> Registry:
    """A copy of `registry` after the changes of a plan; the registry itself stays as it is."""
    tables = {each.name: getattr(registry, each.name) for each in fields(registry)}
    copy = replace(registry, **{name: table.copy() for name, table in tables.items() if hasattr(table, "copy")})
    fold(copy, {"kind": "declared", "at": "1970-01-01T00:00:00Z", "changes": list(changes)})
    return copy
