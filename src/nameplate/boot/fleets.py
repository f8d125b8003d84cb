"""Bringing in fleets from tables."""

from collections.abc import Mapping

from nameplate.bridges.fleet_csv import Fault, Fleet, Row, read_fleet
from nameplate.bridges.manifest_yaml import write

__all__ = ["Fault", "Fleet", "Row", "import_fleet", "write_fleet"]


def import_fleet(data: bytes, columns: Mapping[str, str], defaults: Mapping[str, str]) -> Fleet:
    """See `bridges.fleet_csv.read_fleet`."""
    return read_fleet(data, columns, defaults)


def write_fleet(fleet: Fleet) -> tuple[str, list[int]]:
    """The manifests as text, and the line in it at which each row of the table begins."""
    parts, starts, line = [], [], 1
    for row in fleet.rows:
        text = write([row.document])
        starts.append(line)
        line += text.count("\n")
        parts.append(text)
    return "".join(parts), starts
