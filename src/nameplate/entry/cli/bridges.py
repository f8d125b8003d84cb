"""`bridge ...`"""

from pathlib import Path
from typing import Any

import typer

from nameplate.entry.client import client

from .output import JSON, emit, table
from .places import DATA

app = typer.Typer(no_args_is_help=True)


@app.command()
def token(
    name: str = typer.Argument(help="Name of the bridge, as declared."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """A new bearer token for a SCIM client or a signal transmitter; the former one is worth nothing from now on."""
    answer = client(data).post("/v1/bridge-tokens", {"name": name})
    emit(answer, as_json=as_json, text=lambda: str(answer["token"]))


@app.command()
def status(data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Bridges: whether each is heard, how long its stops took, and how long one can take of which nobody hears."""
    page = client(data).get("/v1/bridges")
    head = ("ID", "TYPE", "STATUS", "HEARD", "STOPS", "P50", "P99", "AT WORST")
    emit(page, as_json=as_json, text=lambda: table(head, [_row(each) for each in page["items"]]))


def _row(bridge: dict[str, Any]) -> list[object]:
    stops = bridge["stops"]
    times = (f"{stops[name]:.0f} ms" if stops[name] is not None else "-" for name in ("p50_ms", "p99_ms"))
    worst = "no bound" if bridge["bound_ms"] is None else f"{bridge['bound_ms'] / 1000:.1f} s"
    heard = bridge["heard_at"] or "-"
    return [bridge["id"], bridge["type"], bridge["status"], heard, stops["count"], *times, worst]
