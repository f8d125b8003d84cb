"""Out of a record without trusting it: what is not as it should be counts as absent."""

import ipaddress
import math
from collections.abc import Mapping
from typing import Any

Record = Mapping[str, Any]
MAX_DEPTH = 8
MAX_INTEGER = 2**53 - 1


def text(record: Record, key: str) -> str:
    """A string, free of lone surrogates; empty when absent."""
    value = record.get(key)
    return printable(value) if isinstance(value, str) else ""


def printable(value: str) -> str:
    """The string as UTF-8 can carry it."""
    return value if value.isascii() else value.encode("utf-8", "replace").decode()


def number(record: Record, key: str) -> int | None:
    """A whole number that every JSON reader keeps exact (RFC 8259, section 6)."""
    value = record.get(key)
    return value if type(value) is int and abs(value) <= MAX_INTEGER else None


def amount(record: Record, key: str) -> int | float | None:
    """A finite number that is not negative."""
    value = record.get(key)
    return value if isinstance(value, int | float) and type(value) is not bool and 0 <= value <= MAX_INTEGER else None


def mapping(record: Record, key: str) -> Record:
    """An object; empty when absent."""
    value = record.get(key)
    return value if isinstance(value, Mapping) else {}


def objects(record: Record, key: str) -> list[Record]:
    """A list of objects. What is no object stays in it as an empty one: places in the list are part of event ids."""
    value = record.get(key)
    return [item if isinstance(item, Mapping) else {} for item in value] if isinstance(value, list | tuple) else []


def texts(record: Record, key: str) -> list[str]:
    """A list of strings; what is no string counts as an empty one, for places in the list are part of event ids."""
    value = record.get(key)
    found = value if isinstance(value, list | tuple) else []
    return [printable(item) if isinstance(item, str) else "" for item in found]


def address(record: Record, key: str) -> str:
    """An IP address as text; empty when it is none."""
    try:
        return str(ipaddress.ip_address(text(record, key).partition("%")[0]))
    except ValueError:
        return ""


def present(**members: object) -> dict[str, Any]:
    """The members that say something: neither None nor empty. Zero and False say something."""
    return {name: value for name, value in members.items() if value is not None and value not in ("", [], {})}


def free(value: object, depth: int = MAX_DEPTH) -> Any:
    """The value as JSON that every reader keeps exact. Beyond `MAX_DEPTH` levels it is cut."""
    if isinstance(value, Mapping) and depth:
        return {printable(str(key)): free(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple) and depth:
        return [free(item, depth - 1) for item in value]
    if isinstance(value, str):
        return printable(value)
    if value is None or type(value) is bool or (type(value) is float and math.isfinite(value)):
        return value
    if type(value) is int:
        return value if abs(value) <= MAX_INTEGER else hex(value)
    return "..."
