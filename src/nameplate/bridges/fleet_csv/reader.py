"""Rows -> manifests of actors, or what is wrong with which cell."""

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from nameplate.domain.errors import Invalid
from nameplate.domain.manifests.documents import DEFAULT_SITE, read_document

from .text import read_table

_UNIT = ("manufacturer", "model", "serial", "supplier", "firmware")
_PLAIN = (
    "id",
    "type",
    "site",
    "owner",
    "sponsor",
    "purpose",
    "environment",
    "tier",
    "state",
    "contract",
    "review_every",
    "retire_by",
    "succeeds",
)
FIELDS = (*_PLAIN, *_UNIT)
_FORMULA = ("=", "+", "-", "@")
_UNFIT = re.compile(r"[^A-Za-z0-9._-]+")

Document = dict[str, object]


class Fault(NamedTuple):
    """What is wrong with a cell. `row`: the line in the file, from 1; `column`: its heading, empty for the row."""

    row: int
    column: str
    message: str
    remedy: str


class Row(NamedTuple):
    """An actor, and the line in the file that declares it."""

    row: int
    document: Document


class Fleet(NamedTuple):
    """What a table declares. With any `faults` it is not to be used. `columns`: the heading of each field."""

    rows: tuple[Row, ...]
    faults: tuple[Fault, ...]
    notes: tuple[str, ...]
    columns: Mapping[str, str]


def read_fleet(data: bytes, columns: Mapping[str, str], defaults: Mapping[str, str]) -> Fleet:
    """The fleet in a CSV file.

    `columns`: the heading for a field where it is another than the name of the field. `defaults`: what empty cells
    hold. Raises Invalid for a file that is no table, and for headings that are not there.
    """
    table = read_table(data)
    if not table.rows:
        raise Invalid("csv", "The file holds no table.", "Its first line names the columns.")
    (line, heading), *body = table.rows
    places = _places(heading, columns)
    named = {field: heading[place] for field, place in places.items()}
    ignored = [name for place, name in enumerate(heading) if name and place not in places.values()]
    notes = [*table.notes, *([f"Columns that mean nothing here: {', '.join(ignored)}."] if ignored else [])]
    rows, faults = _Reading(places, named, defaults, len(heading)).read(body)
    if not rows and not faults:
        raise Invalid("csv", f"No row follows line {line}.", "Add a row for each actor.")
    formulas = sum(any(cell.startswith(_FORMULA) for cell in cells) for _, cells in body)
    notes += [f"{formulas} rows hold cells that a spreadsheet takes for formulas: kept as text."] if formulas else []
    return Fleet(tuple(rows), tuple(faults), tuple(notes), named)


def _places(heading: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """The column of each field. Headings count in any case."""
    known = {name.casefold(): place for place, name in reversed(list(enumerate(heading)))}
    names = [name.casefold() for name in heading if name]
    if len(set(names)) < len(names):
        raise Invalid("csv", "Two columns have the same heading.", "Rename one of them.")
    unknown = sorted(columns.keys() - set(FIELDS))
    if unknown:
        raise Invalid("map", f"There is no field {unknown[0]}.", f"Use one of {', '.join(FIELDS)}.")
    for field, name in columns.items():
        if name.casefold() not in known:
            shown = ", ".join(heading)
            raise Invalid("map", f"There is no column {name} for {field}.", f"The columns are: {shown}.")
    mapped = {field: known[name.casefold()] for field, name in columns.items()}
    # A column that was given to a field is no other field, whatever it is called.
    plain = {field: known[field] for field in FIELDS if field in known and field not in mapped}
    return mapped | {field: place for field, place in plain.items() if place not in mapped.values()}


class _Reading:
    """One reading of a table."""

    def __init__(
        self, places: Mapping[str, int], named: Mapping[str, str], defaults: Mapping[str, str], width: int
    ) -> None:
        self._places, self._named, self._defaults, self._width = places, named, defaults, width
        self._seen: dict[tuple[str, object], int] = {}
        self._faults: list[Fault] = []

    def read(self, body: Sequence[tuple[int, list[str]]]) -> tuple[list[Row], list[Fault]]:
        """All rows, and all faults."""
        rows = []
        for line, cells in body:
            if len(cells) > self._width and any(cells[self._width :]):
                message = f"The row has {len(cells)} cells, the heading {self._width}."
                self._faults.append(Fault(line, "", message, "Quote cells that hold the delimiter."))
                continue
            document = self._document(cells)
            self._check(line, document)
            rows.append(Row(line, document))
        return rows, self._faults

    def _document(self, cells: Sequence[str]) -> Document:
        found = {field: cells[place] for field, place in self._places.items() if place < len(cells) and cells[place]}
        values = {field: value for field, value in {**self._defaults, **found}.items() if value}
        unit = {field: values[field] for field in _UNIT if field in values}
        made = _id(unit)
        document: Document = {"kind": "Actor", "id": values.get("id") or made, "type": values.get("type", "robot")}
        document |= {field: values[field] for field in _PLAIN[2:] if field in values}
        return document | ({"unit": unit} if unit else {})

    def _check(self, line: int, document: Document) -> None:
        _, problems = read_document(document, DEFAULT_SITE)
        for problem in problems:
            field = problem.where.removeprefix("unit.")
            self._faults.append(Fault(line, self._named.get(field, field), problem.message, problem.remedy))
        unit = document.get("unit")
        key = tuple(unit.get(name) for name in _UNIT[:3]) if isinstance(unit, dict) else None
        for field, value in (("id", document["id"]), ("serial", key)):
            first = self._seen.setdefault((field, value), line) if value else line
            if first != line:
                told = f"The same {'unit' if field == 'serial' else 'id'} stands in line {first}."
                self._faults.append(Fault(line, self._named.get(field, field), told, "Correct one of the two."))


def _id(unit: Mapping[str, str]) -> str:
    """`t3-00417` of model T3, serial number 00417; a serial number that begins with the model needs no second one."""
    model, serial = unit.get("model", ""), unit.get("serial", "")
    text = serial if serial.casefold().startswith(model.casefold()) else f"{model}-{serial}"
    return _UNFIT.sub("-", text).strip("-._").lower()[:128]
