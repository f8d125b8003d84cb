"""Bytes -> rows of cells: encodings, delimiters, quotes."""

import codecs
import csv
from collections.abc import Iterator
from typing import NamedTuple

from nameplate.domain.errors import Invalid

MAX_BYTES = 32 * 1024 * 1024
MAX_ROWS = 20_000
MAX_COLUMNS = 100
DELIMITERS = ",;\t"


class Table(NamedTuple):
    """`rows`: each with the number of its first line, from 1, and its cells. `notes`: what was guessed."""

    rows: tuple[tuple[int, list[str]], ...]
    notes: tuple[str, ...]


def read_table(data: bytes) -> Table:
    """The table in a file; raises Invalid for a file that is none."""
    if len(data) > MAX_BYTES:
        raise Invalid("csv", f"The file has more than {MAX_BYTES >> 20} MiB.", "Split it.")
    text, notes = _decoded(data)
    delimiter = _delimiter(text)
    rows = tuple(_rows(text, delimiter))
    if len(rows) > MAX_ROWS + 1:
        raise Invalid("csv", f"The file has more than {MAX_ROWS} rows.", "Split it.")
    return Table(rows, notes)


def _decoded(data: bytes) -> tuple[str, tuple[str, ...]]:
    for mark, name in (
        (codecs.BOM_UTF16_LE, "utf-16"),
        (codecs.BOM_UTF16_BE, "utf-16"),
        (codecs.BOM_UTF8, "utf-8-sig"),
    ):
        if data.startswith(mark):
            return _strictly(data, name), ()
    if b"\0" in data:
        raise Invalid("csv", "This is no text.", "Save the table as CSV in UTF-8.")
    try:
        return data.decode("utf-8"), ()
    except UnicodeDecodeError:
        return _strictly(data, "cp1252"), ("The file is not UTF-8: read as Windows-1252. Check names with accents.",)


def _strictly(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        raise Invalid("csv", "The encoding of the file is not known.", "Save the table as CSV in UTF-8.") from None


def _delimiter(text: str) -> str:
    """The one that stands most often in the first line, outside quotes."""
    first = "".join(
        part for place, part in enumerate(text.lstrip("\r\n").partition("\n")[0].split('"')) if place % 2 == 0
    )
    return max(DELIMITERS, key=first.count)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                if len(cells) > MAX_COLUMNS:
                    raise Invalid("csv", f"Line {line} has more than {MAX_COLUMNS} columns.", "Remove what is empty.")
                yield line, [cell.strip() for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        raise Invalid("csv", f"Line {line} cannot be read: {error}.", "Close its quotes, or save it again.") from None
