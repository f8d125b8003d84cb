"""A CSV file that a panel adds lines to: what is new, across rotation and restarts. Its first line names columns."""

import csv
import json
import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

MAX_LINE = 16_384
MAX_READ = 1_048_576


class CsvTail:
    """`poll` gives what has been added since, as columns by name. `position` is the file that keeps how far that is.

    The first time it starts at the end: what is older is not news. What was given and not saved is given again. A file
    that has become shorter, or is another one of that name, is read from its beginning.
    """

    def __init__(self, path: Path, position: Path) -> None:
        self._path, self._position = path, position
        self._inode, self._offset = self._load()

    def poll(self) -> Iterator[dict[str, str]]:
        """All whole lines that are new. Raises OSError while the file cannot be read."""
        with self._path.open("rb") as file:
            about = os.fstat(file.fileno())
            if self._inode is None:
                self._inode, self._offset = about.st_ino, about.st_size
            elif self._inode != about.st_ino or about.st_size < self._offset:
                self._inode, self._offset = about.st_ino, 0
            columns = _cells(file.readline(MAX_LINE))
            start = max(self._offset, file.tell())
            file.seek(start)
            data = file.read(MAX_READ)
        whole = data[: data.rfind(b"\n") + 1]
        if not whole and len(data) == MAX_READ:
            # A line without end: what cannot be read must not stop the rest for ever.
            whole = data
        yield from _rows(columns, whole)
        self._offset = start + len(whole)

    def save(self) -> None:
        """All that `poll` gave has been taken care of."""
        fresh = self._position.with_suffix(".new")
        fresh.write_text(json.dumps({"inode": self._inode, "offset": self._offset}), encoding="ascii")
        fresh.replace(self._position)

    def _load(self) -> tuple[int | None, int]:
        with suppress(OSError, ValueError, KeyError, TypeError):
            kept = json.loads(self._position.read_text(encoding="ascii"))
            return int(kept["inode"]), int(kept["offset"])
        return None, 0


def _rows(columns: list[str], data: bytes) -> Iterator[dict[str, str]]:
    for line in data.splitlines():
        cells = _cells(line)
        if len(line) <= MAX_LINE and len(cells) == len(columns):
            yield dict(zip(columns, cells, strict=True))


def _cells(line: bytes) -> list[str]:
    text = line.decode("utf-8-sig", "replace").rstrip("\r\n").replace("\0", "")
    try:
        return next(csv.reader([text]), [])
    except csv.Error:
        return []
