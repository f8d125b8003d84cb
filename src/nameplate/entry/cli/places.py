"""The option by which every command knows its server."""

import os
from pathlib import Path

import typer

from nameplate.domain.errors import NotFound

DATA = typer.Option(None, "--data", envvar="NAMEPLATE_DATA", help="Data directory of the server.")


def existing(data: Path | None) -> Path:
    """The data directory that is meant; raises NotFound for one without a journal."""
    folder = data or Path(os.environ.get("NAMEPLATE_DATA", "nameplate-data"))
    if not (folder / "journal").is_dir():
        raise NotFound("journal", f"There is no journal in {folder}.", "Name the data directory with --data.")
    return folder
