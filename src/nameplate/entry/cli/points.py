"""`point ...`"""

from pathlib import Path
from urllib.parse import quote

import typer

from nameplate.entry.client import client

from .output import JSON, emit, say, table
from .places import DATA

app = typer.Typer(no_args_is_help=True)

NAME = typer.Argument(help="Name of the enforcement point.")


@app.command()
def token(
    name: str = NAME,
    simulate: bool = typer.Option(
        False, "--simulate", help="May set the time of its questions; its answers then have no effect."
    ),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """A new bearer token; the former one is worth nothing from now on. It is shown once."""
    answer = client(data).post("/v1/point-tokens", {"name": name, "simulate": simulate})
    emit(answer, as_json=as_json, text=lambda: str(answer["token"]))


@app.command("list")
def list_points(data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Enforcement points, and whether they are connected."""
    page = client(data).get("/v1/points")
    rows = [
        [
            each["id"],
            each["type"],
            "connected" if each["connected"] else "asks online" if not each["doors"] else "NOT CONNECTED",
            len(each["doors"]),
        ]
        for each in page["items"]
    ]
    emit(page, as_json=as_json, text=lambda: table(("ID", "TYPE", "STATUS", "DOORS"), rows))


@app.command()
def install(
    name: str = NAME,
    door: str = typer.Option(..., help="The door whose reader is new."),
    seconds: float = typer.Option(60.0, "--for", min=1, max=600, help="How long the reader may take its key."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Let a new reader take its transport key. Logged from begin to end; stand beside it."""
    answer = client(data).post(f"/v1/points/{quote(name, safe='')}/install", {"door": door, "seconds": seconds})
    emit(answer, as_json=as_json, text=lambda: f"{door} may take its key for {seconds:g} s.")
    say("Watch for install_done: nameplate journal tail")
