"""Records as the journal page tells of them, and as they lie in a journal."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.house.tree import ROOT

PAGE = ROOT / "docs" / "reference" / "journal.md"
EVERYWHERE = {"seq", "at", "kind"}


def documented() -> dict[str, set[str]]:
    """The kinds of record that the page names, each with its fields."""
    section = PAGE.read_text(encoding="utf-8").partition("| kind | fields |")[2]
    rows = [line.split(" | ") for line in section.splitlines() if line.startswith("| `")]
    return {kind: set(_names(row[1])) for row in rows for kind in _names(row[0])}


def _names(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def recorded(journal: Path) -> Iterator[dict[str, Any]]:
    """The records in a journal folder, read as the page says: behind the link and a space."""
    for segment in sorted(journal.glob("*.journal")):
        for line in segment.read_text(encoding="utf-8").splitlines()[1:]:
            yield json.loads(line[65:])


def untold(record: dict[str, Any]) -> set[str]:
    """What the page does not tell of a record: fields, or its kind."""
    fields = documented().get(record["kind"])
    return {record["kind"]} if fields is None else set(record) - fields - EVERYWHERE
