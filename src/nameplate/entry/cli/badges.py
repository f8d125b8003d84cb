"""`badge ...`"""

import sys
from pathlib import Path
from urllib.parse import quote

import typer

from nameplate.entry.client import client

from .output import JSON, emit, say, table
from .places import DATA

app = typer.Typer(no_args_is_help=True)

BADGE = typer.Argument(help="Id of the badge.")


@app.command("list")
def list_badges(data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Badges, and whether a number is bound to them."""
    page = client(data).get("/v1/badges")
    words = {True: "yes", False: "-"}
    rows = [[each["id"], each["holder"], *(words[each[w]] for w in _FLAGS)] for each in page["items"]]
    emit(page, as_json=as_json, text=lambda: table(("ID", "HOLDER", "ESCORT", "CUSTODY", "NUMBER"), rows))


_FLAGS = ("escort", "custody", "numbered")


@app.command()
def bind(
    badge: str = BADGE,
    seen: str = typer.Option("", help="The number_hash from the record of a reading, instead of the number."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Bind a card to a badge. Its number is read from standard input as BITS:HEX; a keyed hash of it is kept."""
    if not seen and sys.stdin.isatty():
        say("Number of the card (BITS:HEX), then Enter:")
    body = {"seen": seen} if seen else {"number": sys.stdin.readline().strip()}
    answer = client(data).post(f"/v1/badges/{quote(badge, safe='')}/number", body)
    emit(answer, as_json=as_json, text=lambda: f"{badge} has a number now.")


@app.command()
def withdraw(
    badge: str = BADGE,
    reason: str = typer.Option(..., "--reason", help="Why; it goes into the record."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Take the number back: a badge that was lost counts for nothing from now on."""
    answer = client(data).post(f"/v1/badges/{quote(badge, safe='')}/withdrawal", {"reason": reason})
    emit(answer, as_json=as_json, text=lambda: f"{badge} has no number now.")
