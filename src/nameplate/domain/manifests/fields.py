"""Reading one mapping field by field. What is wrong is collected, not raised, so that all can be told at once."""

import difflib
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from itertools import islice
from typing import TypeVar

from nameplate.domain.names import is_id

from .problems import Problem
from .quantities import parse_date

MAX_TEXT = 256
MAX_LIST = 1_000
_SUGGEST_AMONG = 500
_MAX_UNKNOWN = 20
_HUGE = 2**63

T = TypeVar("T")


class Fields:
    """A mapping and the problems found in it. A field that is absent or wrong reads as its default.

    `path` is where the mapping stands in its document. `done` must be called last: it reports what nobody asked for.
    """

    def __init__(self, source: Mapping[str, object], problems: list[Problem], path: str = "") -> None:
        self.source = source
        self.problems = problems
        self.path = path
        self._known: list[str] = []

    def at(self, key: str) -> str:
        """The path of a field."""
        return f"{self.path}.{key}" if self.path else key

    def fail(self, key: str, message: str, remedy: str) -> None:
        """Report a field; the empty key reports the mapping itself."""
        self.problems.append(Problem(self.at(key) if key else self.path, message, remedy))

    def take(self, key: str, *, required: bool = False) -> object | None:
        """The raw value, None when there is none."""
        self._known.append(key)
        value = self.source.get(key)
        if value is None:
            if key in self.source:
                self.fail(key, "The field is empty.", "Give it a value or leave it out.")
            elif required:
                self.fail(key, "The field is missing.", f"Add `{key}:`.")
        return value

    def text(self, key: str, *, required: bool = False, limit: int = MAX_TEXT) -> str:
        """A line of text, or the empty text."""
        value = self.take(key, required=required)
        return "" if value is None else self._line(key, value, limit)

    def name(self, key: str, *, required: bool = False) -> str:
        """The id of something, or the empty text."""
        value = self.text(key, required=required)
        if value and not is_id(value):
            self.fail(
                key,
                f"{value!r} cannot be an id.",
                "Use letters, digits, `.`, `_` and `-`, a letter or digit first, at most 128.",
            )
            return ""
        return value

    def flag(self, key: str) -> bool:
        """True or false; false when absent."""
        value = self.take(key)
        if value is not None and not isinstance(value, bool):
            self.fail(key, f"{_shown(value)} is neither true nor false.", "Write `true` or `false`.")
        return value is True

    def integer(self, key: str, default: int, allowed: range) -> int:
        """A whole number within `allowed`."""
        value = self.take(key)
        if value is None:
            return default
        if isinstance(value, bool) or not isinstance(value, int) or value not in allowed:
            self.fail(
                key, f"{_shown(value)} is not a whole number from {allowed[0]} to {allowed[-1]}.", "Correct the number."
            )
            return default
        return value

    def choice(self, key: str, choices: Mapping[str, T], default: T, *, required: bool = False) -> T:
        """One of a few words."""
        value = self.take(key, required=required)
        if value is None:
            return default
        if isinstance(value, str) and value in choices:
            return choices[value]
        hint = suggestion(value, choices) if isinstance(value, str) else ""
        self.fail(key, f"{_shown(value)} is not possible here.", f"{hint}Use one of: {', '.join(choices)}.")
        return default

    def quantity(self, key: str, parse: Callable[[str], T | None], expected: str) -> T | None:
        """A text with a meaning of its own; `expected` completes "This must be ..."."""
        value = self.take(key)
        if value is None:
            return None
        parsed = parse(value) if isinstance(value, str) else None
        if parsed is None:
            self.fail(key, f"{_shown(value)} cannot be read.", f"This must be {expected}.")
        return parsed

    def day(self, key: str, *, required: bool = False) -> date | None:
        """A date; YAML readers that make dates of them are welcome."""
        value = self.take(key, required=required)
        return None if value is None else self.as_day(key, value)

    def as_day(self, key: str, value: object) -> date | None:
        """`value` as a date; what is wrong is reported at `key`."""
        text = value.isoformat() if isinstance(value, date) else value
        day = parse_date(text) if isinstance(text, str) else None
        if day is None:
            self.fail(key, f"{_shown(value)} is not a date.", "Write it as 2027-06-30, between 2000 and 2100.")
        return day

    def items(self, key: str, *, required: bool = False, limit: int = MAX_LIST) -> Iterator[tuple[str, object]]:
        """The entries of a list, each with its key (`resources[0]`)."""
        value = self.take(key, required=required)
        if value is None:
            return
        if not isinstance(value, list | tuple):
            self.fail(key, f"{_shown(value)} is not a list.", f"Write it as a list: `{key}: [...]`.")
        elif not value:
            self.fail(key, "The list is empty.", "Leave the field out, or name at least one.")
        elif len(value) > limit:
            self.fail(key, f"The list has {len(value)} entries.", f"At most {limit} are possible: split it.")
        else:
            yield from ((f"{key}[{position}]", entry) for position, entry in enumerate(value))

    def texts(
        self, key: str, *, required: bool = False, limit: int = MAX_LIST, longest: int = MAX_TEXT
    ) -> tuple[str, ...]:
        """A list of different lines of text."""
        found: dict[str, None] = {}
        for place, entry in self.items(key, required=required, limit=limit):
            line = self._line(place, entry, longest)
            if line and line in found:
                self.fail(place, f"{_shown(line)} stands there twice.", "Remove one.")
            elif line:
                found[line] = None
        return tuple(found)

    def sections(self, key: str, *, required: bool = False, limit: int = MAX_LIST) -> Iterator["Fields"]:
        """A list of mappings."""
        for place, entry in self.items(key, required=required, limit=limit):
            inner = self._inner(place, entry)
            if inner is not None:
                yield inner

    def section(self, key: str, *, required: bool = False) -> "Fields | None":
        """A mapping within this one."""
        value = self.take(key, required=required)
        return None if value is None else self._inner(key, value)

    def done(self) -> None:
        """Report every key that is not known here."""
        unknown = (str(key) for key in self.source if key not in self._known)
        for key in islice(unknown, _MAX_UNKNOWN):
            remedy = f"{suggestion(key, self._known)}Known here: {', '.join(self._known)}."
            self.fail(key[:MAX_TEXT], "There is no such field.", remedy)

    def _inner(self, key: str, value: object) -> "Fields | None":
        if isinstance(value, Mapping):
            return Fields(value, self.problems, self.at(key))
        self.fail(key, f"{_shown(value)} is not a mapping.", "Write it as `{field: value, ...}`.")
        return None

    def _line(self, key: str, value: object, limit: int) -> str:
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) < _HUGE:
            value = str(value)
        if not isinstance(value, str):
            self.fail(key, f"{_shown(value)} is not text.", "Put it in quotes.")
        elif fault := _fault(value, limit):
            self.fail(key, *fault)
        else:
            return value
        return ""


def suggestion(word: str, known: Mapping[str, object] | list[str]) -> str:
    """`Did you mean X? `, or nothing when nothing comes close."""
    if len(known) > _SUGGEST_AMONG:
        return ""
    close = difflib.get_close_matches(word[:MAX_TEXT], list(known), n=1)
    return f"Did you mean {close[0]}? " if close else ""


def _fault(line: str, limit: int) -> tuple[str, str] | None:
    if not line or line != line.strip():
        return ("The text is empty or has spaces around it.", "Remove the spaces, or leave the field out.")
    if len(line) > limit:
        return (f"The text has {len(line)} characters.", f"Shorten it to {limit}.")
    if not (line.isascii() or unicodedata.is_normalized("NFC", line)) or not line.isprintable():
        return (
            "The text holds characters that cannot be shown as they are.",
            "Use one line of normalised (NFC) printable text.",
        )
    return None


def _shown(value: object) -> str:
    if isinstance(value, int) and abs(value) >= _HUGE:
        return "A number of this size"
    text = repr(value) if isinstance(value, str | int | float | bool) else f"A {type(value).__name__}"
    return text if len(text) <= 80 else f"{text[:77]}..."
