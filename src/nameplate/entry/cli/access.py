"""`access check` and `decision explain`."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import typer

from nameplate.entry.client import client

from .output import JSON, Exit, emit
from .places import DATA

check_app = typer.Typer(no_args_is_help=True)
decision_app = typer.Typer(no_args_is_help=True)


@check_app.callback()
def access() -> None:
    """Ask whether an actor may do something."""


@check_app.command()
def check(
    actor: str = typer.Option(..., help="Who."),
    action: str = typer.Option(..., help="Does what."),
    resource: str = typer.Option(..., help="To what, as in door:L1-pharmacy."),
    context: str = typer.Option(
        "{}", help="Circumstances as JSON: ip, environment, task, payload, distance_m, presence, reader."
    ),
    at: str = typer.Option("", help="At this time (RFC 3339); only simulates."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Only simulate: no effect on rates."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Decide one question now. Ends with 0 for a permit and 4 for a denial."""
    body = {
        "actor": actor,
        "action": action,
        "resource": resource,
        "context": _context(context),
        "at": at or None,
        "dry_run": dry_run,
    }
    answer = client(data).post("/v1/check", body)
    emit(
        answer,
        as_json=as_json,
        text=lambda: f"{answer['decision']}: {', '.join(answer['reasons'])} ({answer['decision_id']})",
    )
    if answer["decision"] != "permit":
        raise typer.Exit(Exit.DENIED)


@decision_app.callback()
def decision() -> None:
    """Look at decisions that were made."""


@decision_app.command()
def explain(
    decision_id: str = typer.Argument(help="The decision_id of an answer."),
    replay: bool = typer.Option(False, "--replay", help="Also say what the same question would get now, and why."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Say why, and what would have allowed it."""
    path = f"/v1/decisions/{quote(decision_id, safe='')}/explanation"
    answer = client(data).get(f"{path}?replay=true" if replay else path)
    told = [each["sentence"] for each in ([answer, answer["replay"]] if replay else [answer])]
    told += [f"Part of the trace {answer['trace_id']}."] if answer["trace_id"] else []
    emit(answer, as_json=as_json, text=lambda: "\n".join(told))


def _context(text: str) -> dict[str, Any]:
    try:
        context = json.loads(text)
    except (ValueError, RecursionError):
        context = None
    if not isinstance(context, dict):
        raise typer.BadParameter('--context is a JSON object, as in \'{"presence": "reader", "reader": "r1"}\'.')
    return context
