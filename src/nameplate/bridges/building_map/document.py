"""Bounded YAML: text that anybody may have written becomes plain values, or one clear error.

A map needs neither anchors nor tags, so both are refused: no alias can multiply, no tag can construct.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

import yaml

from nameplate.domain.errors import Invalid

MAX_TEXT = 8_000_000
MAX_DEPTH = 24
MAX_NODES = 400_000
MAX_SCALAR = 1_000
MAX_NAME = 256

_PARSER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_PARSER):  # type: ignore[misc, valid-type]  # libyaml's where PyYAML was built with it
    """The safe loader, but a key that stands twice is an error: the first one would vanish unseen."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[object, object]:  # noqa: FBT001, FBT002 - PyYAML's signature
        keys = {key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)}
        if len(keys) != len(node.value) or "<<" in keys:
            raise ValueError("a key is not plain text, stands twice or merges" + _line_of(node))
        mapping: dict[object, object] = super().construct_mapping(node, deep=deep)
        return mapping


def load(text: str) -> "Field":
    """The single document in `text`. Raises `Invalid`, with the line where one is known, for whatever is wrong."""
    if len(text) > MAX_TEXT:
        raise refuse("map", f"longer than {MAX_TEXT} characters", "Split it by building, or remove its models.")
    try:
        _check_events(text)
        return Field(yaml.load(text, Loader=_Loader), "map")  # noqa: S506 - a subclass of the safe loader
    except yaml.MarkedYAMLError as error:
        fault = str(error.problem) + _line_of(error)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        fault = str(error).partition("\n")[0]
    raise refuse("map", f"not readable as YAML: {fault[:200]}", "Correct the file and import it again.")


def _check_events(text: str) -> None:
    """Bound the tree before anything is built of it: libyaml composes recursively, without a limit of its own."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_PARSER)):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        fault = _fault(event, depth, count)
        if fault:
            raise ValueError(fault + _line_of(event))


def _fault(event: yaml.Event, depth: int, count: int) -> str | None:
    if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) or getattr(event, "tag", None):
        return "anchors, aliases and tags are not accepted"
    if depth > MAX_DEPTH or count > MAX_NODES:
        return f"nested deeper than {MAX_DEPTH}, or more than {MAX_NODES} values"
    if isinstance(event, yaml.ScalarEvent) and len(event.value) > MAX_SCALAR:
        return f"a text longer than {MAX_SCALAR} characters"
    return None


def _line_of(marked: object) -> str:
    mark = getattr(marked, "problem_mark", None) or getattr(marked, "start_mark", None)
    return f" (line {mark.line + 1})" if mark else ""


def refuse(path: str, what: str, remedy: str, code: str = "building_map.invalid") -> Invalid:
    """The one error of this reader, saying where, what and what to do."""
    return Invalid(code, f"{path}: {what}.", remedy)


class Field(NamedTuple):
    """A value of the document and the path to it. Each reader returns the wanted type or raises `Invalid`."""

    value: object
    path: str

    def wrong(self, wanted: str) -> Invalid:
        """An error saying what should stand here."""
        return refuse(self.path, f"{wanted} expected", "Correct it in the map editor and import it again.")

    def get(self, key: str) -> "Field":
        """The entry `key` of a mapping; its value is None where it is missing."""
        if not isinstance(self.value, dict):
            raise self.wrong("a mapping")
        return Field(self.value.get(key), f"{self.path}.{key}")

    def entries(self) -> Iterator[tuple[str, "Field"]]:
        """The entries of a mapping with names as keys; none where the value is missing."""
        if not isinstance(self.value, dict | None):
            raise self.wrong("a mapping")
        for key, value in (self.value or {}).items():
            yield Field(key, f"{self.path} key").text(), Field(value, f"{self.path}.{str(key)[:MAX_NAME]}")

    def items(self, limit: int) -> list["Field"]:
        """The members of a list; none where the value is missing."""
        if not isinstance(self.value, list | None):
            raise self.wrong("a list")
        found = [Field(value, f"{self.path}[{index}]") for index, value in enumerate(self.value or ())]
        if len(found) > limit:
            raise self.wrong(f"at most {limit} members")
        return found

    def number(self) -> float:
        """A finite number."""
        if not isinstance(self.value, int | float) or isinstance(self.value, bool):
            raise self.wrong("a number")
        if abs(self.value) > 1e9 or math.isnan(self.value):  # a planet is smaller; compares huge integers too
            raise self.wrong("a finite number below 1e9")
        return float(self.value)

    def integer(self) -> int:
        """A whole number, not negative."""
        if not isinstance(self.value, int) or isinstance(self.value, bool) or not 0 <= self.value <= MAX_NODES:
            raise self.wrong("a whole number from 0")
        return self.value

    def flag(self) -> bool:
        """True or false; 0 and 1 are what older editors wrote."""
        if self.value not in (True, False):
            raise self.wrong("true or false")
        return bool(self.value)

    def text(self) -> str:
        """A printable name; numbers count, since YAML reads an unquoted `7` as one."""
        if isinstance(self.value, bool) or not isinstance(self.value, str | int | float):
            raise self.wrong("a name")
        name = str(self.value).strip()
        if len(name) > MAX_NAME or not name.isprintable():
            raise self.wrong(f"a printable name of at most {MAX_NAME} characters")
        return name

    def typed(self, key: str) -> "Field | None":
        """The value of a `[type code, value]` parameter, or None where the parameter is missing."""
        pair = self.get(key)
        if pair.value is None:
            return None
        if (
            not isinstance(pair.value, list)
            or len(pair.value) != len(("code", "value"))
            or pair.value[0] not in (1, 2, 3, 4)
        ):
            raise pair.wrong("a pair [type code, value]")
        return Field(pair.value[1], pair.path)
