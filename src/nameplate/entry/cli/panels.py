"""`panel ...`"""

import time
from pathlib import Path

import typer

from nameplate.entry.client import client

from .output import JSON, emit, table
from .places import DATA

app = typer.Typer(no_args_is_help=True)


@app.command()
def simulate(
    ports: list[str] = typer.Option(..., "--port", help="A reader port, as DOOR/READER. Once for each."),
    key_file: Path = typer.Option(..., help="File with the ports' Secure Channel key, 32 hex digits."),
    cards: Path | None = typer.Option(None, help="The cards it lets in: what `nameplate card list --csv` printed."),
    feed: Path | None = typer.Option(None, help="CSV file to which it adds a line for each card."),
    seconds: float = typer.Option(0.0, "--for", min=0, help="End after so long; 0: with Ctrl-C."),
    as_json: bool = JSON,
) -> None:
    """An access panel without doors, for trying things out. Prints the line of each port."""
    from nameplate.boot.panels import read_cards, read_key, simulated

    with simulated(ports, read_key(key_file), read_cards(cards) if cards else (), feed) as lines:
        emit(lines, as_json=as_json, text=lambda: "\n".join(f"{port}  {line}" for port, line in lines.items()))
        try:
            time.sleep(seconds or 365 * 86_400)
        except KeyboardInterrupt:
            return


@app.command()
def feeds(data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Where panels' events come from, and whether they can be read."""
    page = client(data).get("/v1/feeds")
    rows = [[each["id"], each["to"], each["status"]] for each in page["items"]]
    emit(page, as_json=as_json, text=lambda: table(("ID", "TO", "STATUS"), rows))
