"""The option by which every command knows its server."""

import typer

DATA = typer.Option(None, "--data", envvar="NAMEPLATE_DATA", help="Data directory of the server.")
