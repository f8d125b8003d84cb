"""`rule ...`"""

from pathlib import Path
from typing import Any

import typer

from nameplate.entry.client import client

from .output import JSON, emit, table
from .places import DATA

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_rules(data: Path | None = DATA, as_json: bool = JSON) -> None:
    """The rules in force, their revisions and where they hold."""
    page = client(data).get("/v1/rules")
    rows = [[each["revision"], _scope(each["scope"])] for each in page["items"]]
    emit(page, as_json=as_json, text=lambda: table(("RULE", "SCOPE"), rows))


@app.command()
def schema(data: Path | None = DATA, as_json: bool = JSON) -> None:
    """What rules can refer to, as a Cedar schema."""
    answer = client(data).get("/v1/rules/schema")
    emit(answer, as_json=as_json, text=lambda: str(answer["schema"]).rstrip())


def _scope(scope: dict[str, Any]) -> str:
    return "; ".join(f"{name}: {', '.join(values)}" for name, values in scope.items())
