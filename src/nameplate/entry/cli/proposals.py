"""`proposal ...`: what waits until persons approve it."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import typer

from .output import JSON, emit, say, table
from .places import DATA, SERVER, reached

app = typer.Typer(no_args_is_help=True)
PROPOSAL = typer.Argument(help="Id of the proposal.")


@app.command("list")
def list_proposals(data: Path | None = DATA, server: str = SERVER, as_json: bool = JSON) -> None:
    """What waits for approval, and what did lately."""
    page = reached(data, server).get("/v1/proposals")
    head = ("ID", "STATE", "APPROVED", "BY", "WHAT")
    rows = [
        [each["id"], each["state"], f"{len(each['approved_by'])}/{each['needed']}", each["by"], each["summary"]]
        for each in page["items"]
    ]
    emit(page, as_json=as_json, text=lambda: table(head, rows))


@app.command()
def show(proposal: str = PROPOSAL, data: Path | None = DATA, server: str = SERVER, as_json: bool = JSON) -> None:
    """One proposal: what it would do, who proposed it, who has approved it."""
    found = reached(data, server).get(_path(proposal))
    emit(found, as_json=as_json, text=lambda: "\n".join(f"{name:12} {_plain(value)}" for name, value in found.items()))


@app.command("approve-link")
def approve_link(
    proposal: str = PROPOSAL, data: Path | None = DATA, server: str = SERVER, as_json: bool = JSON
) -> None:
    """Where a person approves it in a browser, with a passkey."""
    found = reached(data, server).get(_path(proposal))
    emit({"approve": found["approve"]}, as_json=as_json, text=lambda: str(found["approve"]))
    say(f"For: {', '.join(found['roles'])}")


@app.command()
def withdraw(proposal: str = PROPOSAL, data: Path | None = DATA, server: str = SERVER, as_json: bool = JSON) -> None:
    """Take a proposal back: nothing is done."""
    found = reached(data, server).post(f"{_path(proposal)}/withdrawal", {})
    emit(found, as_json=as_json, text=lambda: f"{proposal}: {found['state']}")


@app.command()
def answer(proposal: str = PROPOSAL, data: Path | None = DATA, server: str = SERVER, as_json: bool = JSON) -> None:
    """What an approved proposal answered: told once, to whoever proposed it, within a quarter hour."""
    found = reached(data, server).post(f"{_path(proposal)}/answer", {})
    emit(found, as_json=as_json, text=lambda: "\n".join(f"{name:12} {_plain(value)}" for name, value in found.items()))


def _path(proposal: str) -> str:
    return f"/v1/proposals/{quote(proposal, safe='')}"


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
