"""Documents -> YAML text that people like to read and `reader` reads back unchanged."""

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

import yaml

from .scalars import is_ambiguous

_SHORT = 120
_WIDTH = 1_000_000
_ALWAYS_BLOCK = ("grants", "channels")
_TAG = "tag:yaml.org,2002:"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATE_FIELDS = ("retire_by", "expires", "until")
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def write(documents: Iterable[Mapping[str, object]]) -> str:
    """The documents in their order, each after a `---`, so that texts written in parts can be joined."""
    nodes = [_mapping(document, flow=False) for document in documents]
    text: str = yaml.serialize_all(nodes, Dumper=_DUMPER, explicit_start=True, allow_unicode=True, width=_WIDTH)
    return text if nodes else ""


def _node(key: str, value: object, *, flow: bool) -> yaml.Node:
    if not isinstance(value, Mapping | list | tuple):
        return _scalar(key, value)
    flow = flow or (key not in _ALWAYS_BLOCK and len(json.dumps(value, ensure_ascii=False)) <= _SHORT)
    if isinstance(value, Mapping):
        return _mapping(value, flow=flow)
    return yaml.SequenceNode(f"{_TAG}seq", [_entry(key, entry, flow=flow) for entry in value], flow_style=flow)


def _entry(key: str, value: object, *, flow: bool) -> yaml.Node:
    if key in _ALWAYS_BLOCK and isinstance(value, Mapping):
        return _mapping(value, flow=False)
    return _node("", value, flow=flow)


def _mapping(value: Mapping[str, object], *, flow: bool) -> yaml.Node:
    pairs = [(_scalar("", key), _node(key, entry, flow=flow)) for key, entry in value.items()]
    return yaml.MappingNode(f"{_TAG}map", pairs, flow_style=flow)


def _scalar(key: str, value: object) -> yaml.Node:
    if isinstance(value, str):
        return _text(key, value)
    if value is None or isinstance(value, bool):
        return yaml.ScalarNode(f"{_TAG}{'null' if value is None else 'bool'}", json.dumps(value))
    if isinstance(value, float):
        return yaml.ScalarNode(f"{_TAG}float", _decimal(value))
    return yaml.ScalarNode(f"{_TAG}int", str(value))


def _text(key: str, value: str) -> yaml.Node:
    if key in _DATE_FIELDS and _DATE.fullmatch(value):
        return yaml.ScalarNode(f"{_TAG}timestamp", value)
    if "\n" in value:
        return yaml.ScalarNode(f"{_TAG}str", value, style="|")
    return yaml.ScalarNode(f"{_TAG}str", value, style='"' if ":" in value or is_ambiguous(value) else None)


def _decimal(value: float) -> str:
    """Without an exponent, and never without a point."""
    text = format(Decimal(repr(value)), "f")
    return text if "." in text else f"{text}.0"
