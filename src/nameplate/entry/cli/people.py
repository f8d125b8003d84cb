"""`person ...`: people who administer, by pseudonym."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import typer

from nameplate.entry.client import client

from .output import JSON, emit, say, table
from .places import DATA, SERVER, reached

app = typer.Typer(no_args_is_help=True)
session = typer.Typer(no_args_is_help=True)
app.add_typer(session, name="session", help="Who is signed in.")
PERSON = typer.Argument(help="Pseudonym of the person, as in p-0123456789abcdef0123.")
REASON = typer.Option(..., "--reason", help="Why; it goes into the record.")


@app.command("list")
def list_people(data: Path | None = DATA, server: str = SERVER, as_json: bool = JSON) -> None:
    """People whom the company's systems brought, and their roles here."""
    page = reached(data, server).get("/v1/people")
    head = ("ID", "NAME", "ACTIVE", "ROLES", "PASSKEYS", "SESSIONS")
    emit(page, as_json=as_json, text=lambda: table(head, [_row(each) for each in page["items"]]))


@app.command()
def show(person: str = PERSON, data: Path | None = DATA, server: str = SERVER, as_json: bool = JSON) -> None:
    """One person: roles, passkeys, sessions."""
    found = reached(data, server).get(f"/v1/people/{quote(person, safe='')}")
    emit(found, as_json=as_json, text=lambda: "\n".join(f"{name:12} {value}" for name, value in found.items()))


@app.command()
def link(data: Path | None = DATA, as_json: bool = JSON) -> None:
    """A one-time link for the first owner, while there is none who can prove themselves. It counts for 15 minutes."""
    offered = client(data).post("/v1/first-owner-links", {})
    emit(offered, as_json=as_json, text=lambda: str(offered["link"]))
    say("Whoever opens it first becomes the owner.")


@session.command("end")
def end(
    person: str = PERSON,
    reason: str = REASON,
    data: Path | None = DATA,
    server: str = SERVER,
    as_json: bool = JSON,
) -> None:
    """Sign a person out everywhere, at once."""
    done = reached(data, server).post(f"/v1/people/{quote(person, safe='')}/sessions/end", {"reason": reason})
    emit(done, as_json=as_json, text=lambda: f"{person}: {done['ended']} sessions ended")


def _row(person: dict[str, Any]) -> list[object]:
    roles = ", ".join(person["roles"]) or "-"
    active = "yes" if person["active"] else "no"
    return [person["id"], person["name"] or "-", active, roles, len(person["passkeys"]), person["sessions"]]
