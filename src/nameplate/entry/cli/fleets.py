"""`import fleet`."""

from bisect import bisect_right
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from nameplate.domain.errors import Invalid, Unavailable
from nameplate.entry.client import Faults, client

from .output import JSON, Exit, emit, say, table
from .places import DATA

if TYPE_CHECKING:
    from nameplate.boot.fleets import Fleet

SHOWN = 20
_HEAD = ("LINE", "ID", "TYPE", "UNIT", "OWNER", "CONTRACT", "STATE")


def fleet(
    file: Path = typer.Argument(help="A CSV file, one actor a row; its first line names the columns."),
    out: Path = typer.Option(Path("-"), help="Manifest file to write; - for standard output."),
    columns: str = typer.Option("", "--map", help="Headings that differ from field names, as in serial=SN,model=Type."),
    defaults: str = typer.Option("", "--set", help="What empty cells hold, as in owner=robot-ops,manufacturer=Acme."),
    preview: bool = typer.Option(False, "--preview", help="Only show what would be written."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Manifests for a whole fleet from a table, for `apply`. Checked against the server if one answers."""
    from nameplate.boot.fleets import import_fleet, write_fleet

    try:
        content = file.read_bytes()
    except OSError as error:
        raise Invalid("file", f"{file} cannot be read: {error.strerror}.") from None
    found = import_fleet(content, _pairs(columns), _pairs(defaults))
    text, starts = write_fleet(found)
    faults, checked = [each._asdict() for each in found.faults], False
    if not faults:
        faults, checked = _checked(
            text, [(start, row.row) for start, row in zip(starts, found.rows, strict=True)], data
        )
    answer = {"rows": len(found.rows), "checked": checked, "notes": list(found.notes), "faults": faults}
    _tell(file, answer)
    if not faults and not preview and str(out) != "-":
        _write(out, text)
    if as_json:
        emit(answer | {"actors": [row.document for row in found.rows]}, as_json=True, text=str)
    elif preview:
        print(_preview(found))
    elif not faults and str(out) == "-":
        print(text, end="")
    if faults:
        raise typer.Exit(Exit.ERROR)


def _pairs(text: str) -> dict[str, str]:
    pairs = [each.partition("=") for each in text.split(",") if each]
    if any(not (name.strip() and equals and value.strip()) for name, equals, value in pairs):
        raise typer.BadParameter("Write it as field=value,field=value.")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _checked(text: str, rows: list[tuple[int, int]], data: Path | None) -> tuple[list[dict[str, Any]], bool]:
    """What the server would object to, by row of the table; and whether one was there."""
    try:
        client(data).post("/v1/diff", {"files": [{"name": "fleet", "text": text}]})
    except Unavailable:
        return [], False
    except Faults as error:
        starts = [start for start, _ in rows]
        return [
            {
                "row": rows[max(bisect_right(starts, each.get("line", 0)) - 1, 0)][1],
                "column": str(each.get("field", "")).removeprefix("unit."),
                "message": each["message"],
                "remedy": each["remedy"],
            }
            for each in error.problems
        ], True
    return [], True


def _tell(file: Path, answer: dict[str, Any]) -> None:
    for note in answer["notes"]:
        say(f"note: {note}")
    for each in answer["faults"]:
        place = f"{file}:{each['row']}" + (f": {each['column']}" if each["column"] else "")
        say(f"{place}: {each['message']} {each['remedy']}")
    if answer["faults"]:
        say(f"{len(answer['faults'])} faults in {answer['rows']} rows: nothing is written.")
    elif not answer["checked"]:
        say("note: no server answers, so owners and contracts were not checked.")


def _write(out: Path, text: str) -> None:
    """Whole or not at all."""
    fresh = out.with_name(f".{out.name}.new")
    try:
        fresh.write_text(text, "utf-8")
        fresh.replace(out)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise Invalid("file", f"{out} cannot be written: {error.strerror}.") from None


def _preview(found: "Fleet") -> str:
    rows = []
    for row in found.rows[:SHOWN]:
        unit = row.document.get("unit")
        shown = (
            "/".join(unit.get(name, "?") for name in ("manufacturer", "model", "serial"))
            if isinstance(unit, dict)
            else ""
        )
        rest = (row.document.get(name, "") for name in ("owner", "contract", "state"))
        rows.append((row.row, row.document["id"], row.document["type"], shown, *rest))
    more = len(found.rows) - len(rows)
    return table(_HEAD, rows) + (f"\n... and {more} more" if more else "")
