"""`card ...`"""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import typer

from nameplate.entry.client import Client, client

from .output import JSON, emit, table
from .places import DATA

app = typer.Typer(no_args_is_help=True)
COLUMNS = ("format", "facility", "number", "bits", "data", "actor", "unit", "state", "withdrawn")


@app.callback()
def cards() -> None:
    """Keeps `card` a group while it has one command."""


@app.command("list")
def list_cards(
    as_csv: bool = typer.Option(False, "--csv", help="As a table for loading into the panel."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """The card numbers of all units. Withdrawn ones are to be deleted from the panel."""
    items = list(_all(client(data)))
    emit({"items": items}, as_json=as_json, text=lambda: _csv(items) if as_csv else _table(items))


def _all(server: Client) -> Iterator[dict[str, Any]]:
    after = ""
    while True:
        page = server.get(f"/v1/cards?{urlencode({'limit': 1000, 'after': after})}")
        yield from page["items"]
        after = page["next"]
        if not after:
            return


def _table(items: list[dict[str, Any]]) -> str:
    head = ("CARD", "ACTOR", "UNIT", "STATE", "POOL")
    rows = [
        [
            each["id"],
            each["actor"],
            each["unit"] or "-",
            "WITHDRAWN" if each["withdrawn"] else each["state"],
            each["pool"],
        ]
        for each in items
    ]
    return table(head, rows)


def _csv(items: list[dict[str, Any]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    # A cell that begins like this is a formula to a spreadsheet; units are named by whoever makes them.
    writer.writerows({name: _harmless(value) for name, value in each.items()} for each in items)
    return text.getvalue().removesuffix("\n")


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@")) else value
