"""The registry as it would be: a copy with changes made to it, for trying them out."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import fields, replace
from typing import Any

from .registry import Registry, fold


def drafted(registry: Registry, changes: Iterable[Mapping[str, Any]]) -> Registry:
    """A copy of `registry` after the changes of a plan; the registry itself stays as it is."""
    copy = copied(registry)
    fold(copy, {"kind": "declared", "at": "1970-01-01T00:00:00Z", "changes": list(changes)})
    return copy


def copied(registry: Registry) -> Registry:
    """A copy that can be folded on: what the tables hold is shared, since none of it ever changes."""
    return replace(registry, **{each.name: _copied(getattr(registry, each.name)) for each in fields(registry)})


def _copied(table: Any) -> Any:
    # The books of alarms and of what bridges said are tables within tables.
    return table.copy() if isinstance(table, dict) else deepcopy(table)
