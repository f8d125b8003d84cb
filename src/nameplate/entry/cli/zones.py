"""`zone ...` and `site ...`"""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import typer

from nameplate.entry.client import client

from .output import JSON, emit, receipts, say, table
from .places import DATA

app = typer.Typer(no_args_is_help=True)
site_app = typer.Typer(no_args_is_help=True)

REASON = typer.Option(..., "--reason", help="Why; it goes into the record.")
ZONES = typer.Argument(None, help="Ids of zones.")
SITE = typer.Option("", "--site", help="All zones of this site instead.")


@app.command("list")
def list_zones(
    limit: int = typer.Option(100, min=1, max=1000, help="How many at most."),
    after: str = typer.Option("", help="Continue after this id."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Zones: open to whom, locked or not, and how many actors were last seen there."""
    page = client(data).get(f"/v1/zones?{urlencode({'limit': limit, 'after': after})}")
    head = ("ID", "SITE", "STATE", "PUBLIC", "INSIDE", "REASON")
    rows = [
        [
            each["id"],
            each["site"] or "-",
            "LOCKED" if each["lockdown"] else "open",
            "yes" if each["public"] else "-",
            each["inside"],
            each["lockdown"]["reason"] if each["lockdown"] else "-",
        ]
        for each in page["items"]
    ]
    emit(page, as_json=as_json, text=lambda: table(head, rows))
    if page["next"] and not as_json:
        say(f"More: --after {page['next']}")


@app.command()
def lockdown(
    zones: list[str] | None = ZONES,
    site: str = SITE,
    reason: str = REASON,
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Let no actor enter these zones. Leaving them stays possible; manifests never lift it."""
    _order("lockdown", {"zones": zones or [], "site": site, "reason": reason}, data, as_json)


@app.command()
def release(
    zones: list[str] | None = ZONES,
    site: str = SITE,
    reason: str = REASON,
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Lift the lockdown of zones."""
    _order("release", {"zones": zones or [], "site": site, "reason": reason}, data, as_json)


@site_app.command("list")
def list_sites(data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Sites and their threat levels."""
    page = client(data).get("/v1/sites")
    rows = [[each["id"], each["timezone"], each["threat"]["level"], each["zones"]] for each in page["items"]]
    emit(page, as_json=as_json, text=lambda: table(("ID", "TIMEZONE", "THREAT", "ZONES"), rows))


@site_app.command()
def threat(
    level: str = typer.Argument(help="normal, elevated, high or severe."),
    site: str = typer.Option("", "--site", help="Which site; may be left out while there is only one."),
    reason: str = REASON,
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Set the threat level of a site. Grants hold up to `high` unless they say `up_to`."""
    answer = client(data).post("/v1/sites/threat", {"level": level, "site": site, "reason": reason})
    emit(answer, as_json=as_json, text=lambda: f"{answer['site']}: {answer['level']}{_unrecorded(answer)}")


def _order(name: str, body: dict[str, Any], data: Path | None, as_json: bool) -> None:
    answer = client(data).post(f"/v1/zones/{name}", body)
    emit(answer, as_json=as_json, text=lambda: _told(answer))


def _told(answer: dict[str, Any]) -> str:
    head = f"{', '.join(answer['zones'])}: {answer['state']}{_unrecorded(answer)}"
    return "\n".join([head, *(receipts(answer["stop"]) if "stop" in answer else ())])


def _unrecorded(answer: dict[str, Any]) -> str:
    return "" if answer["recorded"] else " - IN FORCE, NOT YET RECORDED"
