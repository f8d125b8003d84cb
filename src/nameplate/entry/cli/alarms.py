"""`alarm ...`"""

from pathlib import Path
from urllib.parse import quote, urlencode

import typer

from nameplate.entry.client import client

from .output import JSON, emit, table
from .places import DATA

app = typer.Typer(no_args_is_help=True)

ALARM = typer.Argument(help="Id of the alarm.")


@app.command("list")
def list_alarms(
    everything: bool = typer.Option(False, "--all", help="Also those that are closed."),
    site: str = typer.Option("", help="Only of this site."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """What somebody has to look at, newest first."""
    query = ({"all": "true"} if everything else {}) | ({"site": site} if site else {})
    page = client(data).get(f"/v1/alarms?{urlencode(query)}")
    head = ("ID", "SEVERITY", "STATE", "ALARM", "TIMES", "SINCE", "LAST")
    names = ("id", "severity", "state", "text", "count", "raised_at", "last_at")
    rows = [[each[name] for name in names] for each in page["items"]]
    emit(page, as_json=as_json, text=lambda: table(head, rows))


@app.command()
def show(alarm: str = ALARM, data: Path | None = DATA, as_json: bool = JSON) -> None:
    """One alarm: what, where, since when, and what to do."""
    found = client(data).get(f"/v1/alarms/{quote(alarm, safe='')}")
    shown = {name: "-" if value in (None, "") else value for name, value in found.items()}
    emit(found, as_json=as_json, text=lambda: "\n".join(f"{name:16} {value}" for name, value in shown.items()))


@app.command()
def acknowledge(
    alarm: str = ALARM,
    reason: str = typer.Option(..., "--reason", help="What was found; it goes into the record."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Say that somebody has seen it. It is closed once its cause is over too."""
    answer = client(data).post(f"/v1/alarms/{quote(alarm, safe='')}/acknowledgement", {"reason": reason})
    word = "closed" if answer["closed"] else "acknowledged; its cause goes on"
    emit(answer, as_json=as_json, text=lambda: f"{alarm}: {word}")
