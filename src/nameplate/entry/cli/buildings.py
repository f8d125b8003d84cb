"""`import building-map`."""

from pathlib import Path

import typer

from nameplate.domain.errors import Invalid

from .output import JSON, Exit, emit, say

app = typer.Typer(no_args_is_help=True)


@app.callback()
def bring_in() -> None:
    """Bring in what other systems know."""


@app.command("building-map")
def building_map(
    file: Path = typer.Argument(help="An Open-RMF building map (*.building.yaml)."),
    out: Path = typer.Option(Path("-"), help="Manifest file to write; - for standard output."),
    site: str = typer.Option("", help="Id of the site; the name of the file if not given."),
    timezone: str = typer.Option("UTC", help="IANA time zone of the site, as in Europe/Berlin."),
    scale: float = typer.Option(
        0.0, help="Metres per unit of the drawing, where its measurements are missing or wrong."
    ),
    as_json: bool = JSON,
) -> None:
    """Derive zones and doors from a floor plan, as manifests for `apply`. Doubtful doors are reported, not guessed."""
    from nameplate.boot.buildings import import_building

    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid("file", f"{file} cannot be read: {error}.") from None
    brought = import_building(text, site or file.name.partition(".")[0], timezone, scale or None)
    if not as_json and str(out) == "-":
        print(brought.yaml, end="")
    else:
        if str(out) != "-":
            out.write_text(brought.yaml, "utf-8")
        emit(
            brought.summary,
            as_json=as_json,
            text=lambda: f"{brought.summary['zones']} zones and {brought.summary['doors']} doors in {out}",
        )
    for problem in brought.summary["problems"]:
        say(f"{problem['severity']}: {problem['level']} {problem['where']}: {problem['what']} {problem['remedy']}")
    if not brought.summary["doors"] and not brought.summary["zones"]:
        raise typer.Exit(Exit.ERROR)
