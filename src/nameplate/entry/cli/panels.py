"""`panel ...`"""

from pathlib import Path

import typer

from nameplate.entry.client import client

from .output import JSON, emit, table
from .places import DATA

app = typer.Typer(no_args_is_help=True)


@app.callback()
def panels() -> None:
    """Keeps `panel` a group while it has one command."""


@app.command()
def feeds(data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Where panels' events come from, and whether they can be read."""
    page = client(data).get("/v1/feeds")
    rows = [[each["id"], each["to"], each["status"]] for each in page["items"]]
    emit(page, as_json=as_json, text=lambda: table(("ID", "TO", "STATUS"), rows))
