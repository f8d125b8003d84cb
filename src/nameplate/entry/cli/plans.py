"""`plan`."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import typer

from nameplate.domain.errors import Invalid, Unavailable
from nameplate.entry.client import Client, client

from .output import JSON, emit, say
from .places import DATA


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command("plan")(plan)


def plan(
    file: Path = typer.Argument(help="An Open-RMF building map (*.building.yaml)."),
    out: Path = typer.Option(Path("-"), help="SVG file to write; - for standard output."),
    site: str = typer.Option("", help="Name of the site; the name of the file if not given."),
    actor: str = typer.Option("", help="Show where this actor may go by its contract. Needs a server."),
    public: list[str] = typer.Option([], help="Zones to show as public, beside those that the server knows of."),
    scale: float = typer.Option(0.0, help="Metres per unit of the drawing, where it does not say."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Draw a building as SVG: zones by who may enter, doors, lifts. For light and dark screens."""
    from nameplate.boot.drawings import draw_building

    try:
        text = file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid("file", f"{file} cannot be read: {error}.") from None
    server = client(data)
    zones = _zones(server, needed=bool(actor))
    granted = _granted(server, actor, zones) if actor else set()
    open_to_all = {*public, *(name for name, is_public in zones.items() if is_public)}
    name = site or file.name.partition(".")[0]
    svg, counts = draw_building(text, name, scale or None, open_to_all, actor, granted)
    if str(out) == "-" and not as_json:
        print(svg, end="")
        return
    if str(out) != "-":
        out.write_text(svg, "utf-8")
    emit(
        {"out": str(out), "site": name, **counts} | ({"svg": svg} if str(out) == "-" else {}),
        as_json=as_json,
        text=lambda: f"{counts['zones']} zones, {counts['doors']} doors, {counts['lifts']} lifts in {out}",
    )


def _zones(server: Client, *, needed: bool) -> dict[str, bool]:
    """Every zone that is declared, and whether it is public."""
    try:
        documents = [json.loads(line) for line in server.lines("/v1/export?format=ndjson")]
    except Unavailable:
        if needed:
            raise
        say("note: no server answers, so only --public zones are shown as public.")
        return {}
    return {each["id"]: each.get("public") is True for each in documents if each["kind"] == "Zone"}


def _granted(server: Client, actor: str, zones: dict[str, bool]) -> set[str]:
    """Zones that a grant of the actor names for `enter`, whatever its conditions."""
    found: dict[str, Any] = server.get(f"/v1/actors/{quote(actor, safe='')}")
    patterns = [name for grant in found["grants"] if "enter" in grant["actions"] for name in grant["resources"]]
    if found["state"] != "active":
        say(f"note: {actor} is {found['state']} and may not go anywhere now.")
    return {zone for zone in zones if _is_covered(patterns, f"zone:{zone}")}


def _is_covered(patterns: list[str], name: str) -> bool:
    from nameplate.domain.modes import covers

    return covers(tuple(patterns), (name,))
