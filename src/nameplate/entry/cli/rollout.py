"""`rollout ...`"""

from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import typer

from nameplate.entry.client import client

from .output import JSON, Exit, emit, say, table
from .places import DATA

app = typer.Typer(no_args_is_help=True)

_HEAD = ("POINT", "ACTOR", "ACTION", "RESOURCE", "MODE", "WHY", "TIMES", "LAST", "DECISION")


@app.command()
def report(
    since: str = typer.Option("7d", help="How far back, as in 12h or 7d; counted by the hour, at most 90d."),
    point: str = typer.Option("", help="Only this enforcement point."),
    limit: int = typer.Option(100, min=1, max=1000, help="How many at most."),
    after: str = typer.Option("", help="Continue after this place: the `next` of a page."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """What would have been refused where points only observe or warn: by actor, resource and reason."""
    query = {"since": since, "point": point, "limit": limit, "after": after}
    page = client(data).get(f"/v1/rollout?{urlencode({name: value for name, value in query.items() if value})}")
    emit(page, as_json=as_json, text=lambda: _table(page["items"]) if page["items"] else "Nothing.")
    if page["next"] and not as_json:
        say(f"There is more: --after {page['next']}")


@app.command()
def promote(
    point: str = typer.Argument(help="Name of the enforcement point."),
    quiet_for: str = typer.Option(..., help="Only if nothing would have been refused for so long, as in 7d."),
    resource: str = typer.Option("", help="Only this resource, as in door:L2-main; may end in *."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Only say what would change."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """From observe to warn, from warn to enforce. Ends with 5 and what speaks against it where it is too early."""
    body = {"point": point, "resource": resource, "quiet_for": quiet_for, "dry_run": dry_run}
    answer = client(data).post("/v1/rollout/promotions", body)
    emit(answer, as_json=as_json, text=lambda: _told(answer, dry_run=dry_run))
    if not answer["ready"]:
        say(f"Nothing was changed: it has not been quiet for {quiet_for}.")
        raise typer.Exit(Exit.CONFLICT)


def _told(answer: dict[str, Any], *, dry_run: bool) -> str:
    following = {"observe": "warn", "warn": "enforce"}
    if answer["ready"]:
        would = "would go" if dry_run else "went"
        steps = [
            f"{each['place']}: {would} from {each['mode']} to {following[each['mode']]}" for each in answer["places"]
        ]
        return "\n".join(steps)
    lines = [
        f"{each['place']}: {each['mode']} only since {each['since'] or 'a time that is not known'}"
        for each in answer["too_young"]
    ]
    return "\n".join([*lines, *([_table(answer["refused"])] if answer["refused"] else [])])


def _table(rows: list[dict[str, Any]]) -> str:
    cells = [
        (
            each["point"],
            each["actor"],
            each["action"],
            each["resource"] + (f" ({each['target']})" if each["target"] not in ("", each["resource"]) else ""),
            each["mode"],
            each["reason"],
            each["count"],
            each["last"][:19] + "Z",
            each["decision_id"],
        )
        for each in rows
    ]
    return table(_HEAD, cells)
