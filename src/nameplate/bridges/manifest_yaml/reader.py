"""YAML text -> documents. Built on parser events: nothing is constructed but texts, numbers, lists and mappings."""

from collections.abc import Iterator
from typing import NoReturn, Protocol

import yaml

from nameplate.domain.manifests.problems import MAX_KEPT, Document, InvalidManifests, Problem

from .scalars import is_ambiguous, resolve

MAX_BYTES = 8 * 1024 * 1024
MAX_DOCUMENTS = 20_000
MAX_DEPTH = 30
MAX_NODES = 1_000_000
MAX_NAME = 512
MAX_PATHS = 128 * 1024 * 1024
_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_EXACT_FIELDS = ("where", "unless")


class _Mark(Protocol):
    line: int
    column: int


def read(text: str, file: str = "") -> list[Document]:
    """Every document of a YAML stream; empty ones are skipped. `file` is only quoted in errors.

    Raises InvalidManifests with all faults found: syntax, duplicate keys, aliases, anchors, tags, and any limit above.
    """
    reader = _Reader(file)
    if len(text) > MAX_BYTES or len(text.encode("utf-8", "replace")) > MAX_BYTES:
        reader.stop(f"The text is larger than {MAX_BYTES >> 20} MiB.", "Split it into several files.")
    try:
        documents = list(reader.documents(yaml.parse(text, Loader=_PARSER)))
    except (yaml.YAMLError, UnicodeError) as error:
        reader.stop(*_syntax(error), getattr(error, "problem_mark", None))
    if reader.problems:
        raise InvalidManifests(reader.problems)
    return documents


class _Reader:
    """The state of one reading. `positions` belong to the document being read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.positions: dict[str, tuple[int, int]] = {}
        self._nodes = 0
        self._paths = 0
        self._events: Iterator[yaml.Event] = iter(())

    def documents(self, events: Iterator[yaml.Event]) -> Iterator[Document]:
        """Read the whole stream."""
        self._events, count = events, 0
        for event in events:
            if not isinstance(event, yaml.DocumentStartEvent):
                continue
            count += 1
            if count > MAX_DOCUMENTS:
                self.stop(
                    f"There are more than {MAX_DOCUMENTS} documents.",
                    "Split them into several files.",
                    event.start_mark,
                )
            document = self._document(next(events))
            if document is not None:
                yield document

    def _document(self, root: yaml.Event) -> Document | None:
        self.positions = {"": _place(root.start_mark)}
        value = self._value(root, "", 1, exact=False)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.report("", "The document is not a mapping.", "Start it with `kind:`.", root.start_mark)
            return None
        kind = value.get("kind")
        return Document(kind if isinstance(kind, str) else "", value, self.positions, self.file, self.positions[""][0])

    def _value(self, event: yaml.Event, path: str, depth: int, *, exact: bool) -> object:
        self._check(event, path, depth)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path, depth, exact=exact)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path, depth, exact=exact)
        if not isinstance(event, yaml.ScalarEvent):
            return None
        if not event.implicit[0]:
            return event.value
        if exact and is_ambiguous(event.value):
            told = f"{event.value[:80]!r} means different things to different YAML readers."
            self.report(path, told, "Put it in quotes, or write true, false or a plain number.", event.start_mark)
        return resolve(event.value)

    def _mapping(self, path: str, depth: int, *, exact: bool) -> dict[str, object]:
        found: dict[str, object] = {}
        for event in iter(self._events.__next__, None):
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._key(event, path)
            place = f"{path}.{key}" if path else key
            if key in found:
                self.report(place, "The field stands there twice.", "Remove one of the two.", event.start_mark)
            self._remember(place, event)
            found[key] = self._value(next(self._events), place, depth + 1, exact=exact or key in _EXACT_FIELDS)
        return found

    def _key(self, event: yaml.Event, path: str) -> str:
        self._check(event, path, 1)
        if not isinstance(event, yaml.ScalarEvent):
            self.stop("A field has a name that is not a word.", "Write `name: value`.", event.start_mark)
        if len(event.value) > MAX_NAME:
            self.stop(f"A field has a name of {len(event.value)} characters.", f"At most {MAX_NAME}.", event.start_mark)
        name: str = event.value
        return name

    def _remember(self, place: str, event: yaml.Event) -> None:
        # Long names deep down repeat in every path below them: a small text could fill the memory.
        self._paths += len(place)
        if self._paths > MAX_PATHS:
            self.stop("The names of the fields are too long for so many values.", "Shorten them.", event.start_mark)
        self.positions[place] = _place(event.start_mark)

    def _sequence(self, path: str, depth: int, *, exact: bool) -> list[object]:
        found: list[object] = []
        for event in iter(self._events.__next__, None):
            if isinstance(event, yaml.SequenceEndEvent):
                break
            place = f"{path}[{len(found)}]"
            self._remember(place, event)
            found.append(self._value(event, place, depth + 1, exact=exact))
        return found

    def _check(self, event: yaml.Event, path: str, depth: int) -> None:
        self._nodes += 1
        if depth > MAX_DEPTH:
            self.stop(f"The document is nested deeper than {MAX_DEPTH}.", "No manifest needs that.", event.start_mark)
        if self._nodes > MAX_NODES:
            self.stop(f"There are more than {MAX_NODES} values.", "Split them into several files.", event.start_mark)
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            self.report(path, "Anchors and aliases are not taken.", "Write the value out.", event.start_mark)
        elif getattr(event, "tag", None) is not None:
            self.report(
                path, "Tags are not taken.", "Remove what starts with `!`; quotes make a text.", event.start_mark
            )

    def report(self, where: str, message: str, remedy: str, mark: _Mark | None) -> None:
        """Keep a fault and read on, unless there are too many."""
        self.problems.append(Problem(where, message, remedy, self.file, *_place(mark)))
        if len(self.problems) >= MAX_KEPT:
            raise InvalidManifests(self.problems)

    def stop(self, message: str, remedy: str, mark: _Mark | None = None) -> NoReturn:
        """Report the last fault."""
        raise InvalidManifests([*self.problems, Problem("", message, remedy, self.file, *_place(mark))]) from None


def _place(mark: _Mark | None) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (0, 0)


def _syntax(error: Exception) -> tuple[str, str]:
    what = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable characters"
    return f"This is not YAML: {str(what)[:200]}.", "Check indentation, quotes and brackets up to this place."
