"""`plan` and `site plan`."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import typer

from nameplate.domain.errors import Invalid, Unavailable
from nameplate.entry.client import Client, client

from .output import JSON, emit, say
from .places import DATA


def add_to(app: typer.Typer) -> None:
    """Add the command that draws."""
    app.command("plan")(plan)


def give(
    file: Path = typer.Argument(help="An Open-RMF building map (*.building.yaml)."),
    site: str = typer.Option(..., help="The site whose building it is."),
    scale: float = typer.Option(0.0, help="Metres per unit of the drawing, where it does not say."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Give the server the plan of a site's building, to be drawn as things stand. No zone and no door changes."""
    body = {"map": _text(file), "scale": scale or None}
    kept: dict[str, Any] = client(data).post(_path(site), body)
    emit(kept, as_json=as_json, text=lambda: f"{kept['zones']} zones, {kept['doors']} doors, {kept['lifts']} lifts")
    if kept["undeclared"]:
        say(f"note: on the plan and not declared at {site}: {', '.join(kept['undeclared'])}")


def plan(  # noqa: PLR0913, PLR0917 - options of a command, which callers name
    file: Path | None = typer.Argument(
        None, help="An Open-RMF building map; without it, the plan that the server has."
    ),
    out: Path = typer.Option(Path("-"), help="SVG file to write; - for standard output."),
    site: str = typer.Option("", help="Id of the site; the name of the file if not given."),
    level: str = typer.Option("", help="This level alone."),
    actor: str = typer.Option("", help="Show where this actor may go by its contract. Needs a server."),
    public: list[str] = typer.Option([], help="Zones to show as public, beside those that the server knows of."),
    scale: float = typer.Option(0.0, help="Metres per unit of the drawing, where it does not say."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Draw a building as SVG: zones by who may enter, doors, lifts. Without a file, with how they stand now."""
    if file is None:
        if not site or public or scale:
            raise Invalid("site", "Without a file the plan is that of a site.", "nameplate plan --site SITE")
        told = client(data).get(f"{_path(site)}?{urlencode({'level': level, 'actor': actor})}")
        svg = told.pop("svg")
        counts = {"zones": len(told["zones"]), "doors": len(told["doors"]), "lifts": told["lifts"]}
    else:
        svg, counts = _drawn(file, site or file.name.partition(".")[0], level, actor, public, scale, client(data))
        told = {"site": site or file.name.partition(".")[0], **counts}
    _write(svg, out, told, counts, as_json=as_json)


def _write(svg: str, out: Path, told: dict[str, Any], counts: dict[str, int], *, as_json: bool) -> None:
    if str(out) == "-" and not as_json:
        print(svg, end="")
        return
    if str(out) != "-":
        out.write_text(svg, "utf-8")
    emit(
        {"out": str(out), **told} | ({"svg": svg} if str(out) == "-" else {}),
        as_json=as_json,
        text=lambda: f"{counts['zones']} zones, {counts['doors']} doors, {counts['lifts']} lifts in {out}",
    )


def _drawn(
    file: Path, name: str, level: str, actor: str, public: list[str], scale: float, server: Client
) -> tuple[str, dict[str, int]]:
    from nameplate.boot.drawings import Wanted, draw_building

    text = _text(file)
    zones = _zones(server, needed=bool(actor))
    granted = _granted(server, actor, zones) if actor else set()
    open_to_all = {*public, *(name for name, is_public in zones.items() if is_public)}
    drawn = draw_building(text, scale or None, Wanted(name, open_to_all, actor, granted, level))
    return drawn.svg, drawn.counts


def _path(site: str) -> str:
    return f"/v1/sites/{quote(site, safe='')}/plan"


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid("file", f"{file} cannot be read: {error}.") from None


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
