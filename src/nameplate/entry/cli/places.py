"""The option by which every command knows its server."""

import os
from pathlib import Path

import typer

from nameplate.domain.errors import NotFound
from nameplate.entry.client import Client, client

DATA = typer.Option(None, "--data", envvar="NAMEPLATE_DATA", help="Data directory of the server.")

SERVER = typer.Option("", "--server", envvar="NAMEPLATE_SERVER", help="URL of a server that you are signed in to.")


def reached(data: Path | None, server: str) -> Client:
    """The server that is meant; over the network as whoever `nameplate login` signed in."""
    if not server:
        return client(data)
    from nameplate.entry.login import kept

    return client(data, server, kept(server))


def existing(data: Path | None) -> Path:
    """The data directory that is meant; raises NotFound for one without a journal."""
    folder = data or Path(os.environ.get("NAMEPLATE_DATA", "nameplate-data"))
    if not (folder / "journal").is_dir():
        raise NotFound("journal", f"There is no journal in {folder}.", "Name the data directory with --data.")
    return folder
