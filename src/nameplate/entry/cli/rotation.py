"""`key rotate ...`"""

from pathlib import Path
from typing import Any

import typer

from nameplate.entry.client import client

from .output import JSON, emit
from .places import DATA

app = typer.Typer(no_args_is_help=True)

REASON = typer.Option(..., help="Why: it goes into the record.")


@app.command()
def node(reason: str = REASON, data: Path | None = DATA, as_json: bool = JSON) -> None:
    """A new key for the journal. Note it where you keep the former one: `journal verify --key` takes either."""
    answer = client(data).post("/v1/keys/node/rotate", {"reason": reason})
    emit(answer, as_json=as_json, text=lambda: f"The journal is signed by {answer['key']} from now on.")


@app.command()
def point(
    name: str = typer.Argument(help="Name of the enforcement point."),
    reason: str = REASON,
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """A new key for a point to sign its receipts with. The former counts no more; its doors work on."""
    answer = client(data).post("/v1/keys/points/rotate", {"point": name, "reason": reason})
    emit(answer, as_json=as_json, text=lambda: _told(name, answer))


@app.command()
def transport(
    door: str = typer.Argument(help="The door whose reader gets another key."),
    reason: str = REASON,
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """A new transport key for a reader, over the channel that is up. The former is kept until it is up with the new."""
    answer = client(data).post("/v1/keys/transport/rotate", {"door": door, "reason": reason})
    emit(answer, as_json=as_json, text=lambda: f"The reader of {door} has come back with its new key.")


def _told(name: str, answer: dict[str, Any]) -> str:
    when = "from now on" if answer["in_use"] else "as soon as it is connected"
    return f"{name} signs with {answer['key']} {when}."
