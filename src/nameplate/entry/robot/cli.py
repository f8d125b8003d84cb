"""`nameplate robot ...`: the commands that run on a robot."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from nameplate.domain.errors import Conflict, Invalid, NameplateError, NotFound, Refused, Unavailable
from nameplate.domain.presence import Place

from .client import PRESENT_SECONDS, Robot

DENIED = 4
_EXITS: dict[type[NameplateError], int] = {Invalid: 2, NotFound: 3, Refused: DENIED, Conflict: 5, Unavailable: 6}
_MAX_CODE = 256

app = typer.Typer(help="What runs on a robot.", no_args_is_help=True)

State = Annotated[Path, typer.Option(help="The folder that keeps this unit's key.")]
AsJson = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]


@app.command()
def enrol(
    server: Annotated[str, typer.Option(help="URL of the server: https, or http on this machine.")],
    code_file: Annotated[str, typer.Option(help="File with the one-time code, - for standard input.")],
    state: State,
    serial: Annotated[str, typer.Option(help="Serial number on the unit's nameplate.")],
    ca: Annotated[
        Path | None, typer.Option(help="Certificate authority of the site (PEM), to be trusted alone.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key, bind it to this unit with a one-time code, and keep it."""
    with _errors(as_json=as_json):
        unit = Robot.enrol(server, _read_code(code_file), state, serial, ca).identity
        _say(unit._asdict(), f"Enrolled as {unit.actor} at {unit.site}.", as_json=as_json)


@app.command()
def present(
    state: State,
    reader: Annotated[Path, typer.Option(help="Socket of the reader.")],
    site: Annotated[str, typer.Option(help="Site where the robot stands.")],
    door: Annotated[str, typer.Option(help="Door before which it stands.")],
    reader_id: Annotated[str, typer.Option(help="Reader before which it stands.")],
    timeout: Annotated[float, typer.Option(help="Seconds for the whole exchange.", min=0.1, max=60)] = PRESENT_SECONDS,
    as_json: AsJson = False,
) -> None:
    """Prove this unit at a reader. Exit code 4 when it is denied."""
    with _errors(as_json=as_json):
        outcome = Robot.load(state).present(reader, Place(site, door, reader_id), timeout)
        word = "permit" if outcome.permit else "deny"
        _say({"decision": word, "reason": outcome.reason}, f"{word}: {outcome.reason}", as_json=as_json)
    raise typer.Exit(0 if outcome.permit else DENIED)


@app.command()
def show(state: State, as_json: AsJson = False) -> None:
    """Say who this unit is to its site."""
    with _errors(as_json=as_json):
        unit = Robot.load(state).identity
        words = f"{unit.actor} at {unit.site}, serial {unit.serial}, key {unit.key_handle}"
        _say(unit._asdict(), words, as_json=as_json)


def _read_code(source: str) -> str:
    """A code never stands in the arguments: every user of a machine can read those."""
    try:
        if source == "-":
            return sys.stdin.read(_MAX_CODE).strip()
        with Path(source).open(encoding="ascii") as file:
            return file.read(_MAX_CODE).strip()
    except FileNotFoundError:
        raise NotFound("no_code", f"{source} does not exist.", "Write the code into it, or use -.") from None
    except (OSError, UnicodeDecodeError):
        raise Invalid("no_code", f"No code can be read from {source}.", "It holds the code and nothing else.") from None


@contextmanager
def _errors(*, as_json: bool) -> Iterator[None]:
    try:
        yield
    except NameplateError as error:
        if as_json:
            typer.echo(json.dumps({"error": error.code, "message": error.message, "remedy": error.remedy}))
        typer.echo(str(error), err=True)
        raise typer.Exit(_EXITS.get(type(error), 1)) from None


def _say(values: dict[str, Any], words: str, *, as_json: bool) -> None:
    typer.echo(json.dumps(values) if as_json else words)
