"""`bench ...`: figures beside this machine's own floors, measured in the same run."""

import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer

from .output import JSON, emit

app = typer.Typer(no_args_is_help=True)

SECONDS = typer.Option(5.0, min=0.5, help="How long each measurement lasts.")


@app.command()
def decisions(
    sizes: str = typer.Option("1000,10000,100000", help="Numbers of actors."),
    requests: int = typer.Option(200_000, min=100, help="Generated requests on which index and reference must agree."),
    as_json: bool = JSON,
) -> None:
    """Decisions in process: processor time each, beside Cedar, and agreement with the reference."""
    from nameplate.entry.bench import decisions as bench

    _print(bench.run(tuple(int(size) for size in sizes.split(",")), requests), as_json)


@app.command()
def http(
    seconds: float = SECONDS, actors: int = typer.Option(10_000, min=1, help="How many actors."), as_json: bool = JSON
) -> None:
    """Durable AuthZEN evaluations over 64 connections, beside an empty POST on the same server."""
    from nameplate.entry.bench import http as bench

    _print(_in_folder(lambda folder: bench.run(folder, seconds, actors)), as_json)


@app.command()
def journal(seconds: float = SECONDS, as_json: bool = JSON) -> None:
    """Durable records a second, beside this machine's sync."""
    from nameplate.entry.bench import journal as bench

    _print(_in_folder(lambda folder: bench.run(folder, seconds)), as_json)


@app.command()
def sinks(
    seconds: float = typer.Option(20.0, min=1, help="How long the receiver takes events."),
    outage: float = typer.Option(0.0, min=0, help="How long it hangs, in seconds; as long if not given."),
    rounds: int = typer.Option(3, min=1, help="In how many turns."),
    rate: float = typer.Option(2_000.0, min=1, help="Decisions a second."),
    as_json: bool = JSON,
) -> None:
    """Decisions at a steady rate while a receiver of events takes them, and while it hangs; and what arrived."""
    from nameplate.entry.bench import sinks as bench

    _print(_in_folder(lambda folder: bench.run(folder, seconds, rate, outage=outage, rounds=rounds)), as_json)


@app.command()
def stop(rounds: int = typer.Option(200, min=1, help="How many stops."), as_json: bool = JSON) -> None:
    """From the order to stop to its acknowledgement, under load; and whether anything got through afterwards."""
    from nameplate.entry.bench import stop as bench

    _print(_in_folder(lambda folder: bench.run(folder, rounds)), as_json)


@app.command()
def provisioning(
    rounds: int = typer.Option(100, min=1, help="How many single disables."),
    actors: int = typer.Option(10_000, min=1, help="How many are disabled by one Bulk request."),
    rate: float = typer.Option(2_000.0, min=1, help="Decisions a second meanwhile."),
    as_json: bool = JSON,
) -> None:
    """A disable through SCIM until it is in force, beside one sync; and thousands by Bulk while decisions go on."""
    from nameplate.entry.bench import provisioning as bench

    _print(_in_folder(lambda folder: bench.run(folder, rounds, actors, rate)), as_json)


@app.command()
def door(
    rounds: int = typer.Option(100, min=1, help="How many exchanges."),
    doors: int = typer.Option(13, min=1, help="How many doors are online."),
    as_json: bool = JSON,
) -> None:
    """From the challenge through the reader to the strike, beside the same exchange in bare libosdp."""
    from nameplate.entry.bench import door as bench

    _print(bench.run(rounds, doors), as_json)


@app.command()
def panel(rounds: int = typer.Option(100, min=1, help="How many presentations."), as_json: bool = JSON) -> None:
    """From a robot at our reader to its card number at a panel, beside the same two hops in bare libosdp."""
    from nameplate.entry.bench import panel as bench

    _print(bench.run(rounds), as_json)


@app.command()
def replay(
    decisions: int = typer.Option(1_000_000, min=1, help="How many recorded decisions."), as_json: bool = JSON
) -> None:
    """Recorded decisions put to a draft contract: time and memory, and every answer beside the reference."""
    from nameplate.entry.bench import replay as bench

    _print(_in_folder(lambda folder: bench.run(folder, decisions)), as_json)


@app.command()
def iam(
    peer: str = typer.Option(
        "ldap", help="`ldap` (OpenLDAP), `ad` (Samba, needs root), `keycloak`, `ssf` (pushed signals)."
    ),
    rounds: int = typer.Option(100, min=1, help="How many disables."),
    as_json: bool = JSON,
) -> None:
    """From a disable in the company's directory until it is in force, beside what the directory itself takes."""
    from nameplate.entry.bench import directories as bench

    if peer == "ssf":
        from nameplate.entry.bench import signals

        _print(_in_folder(lambda folder: signals.run(folder, rounds)), as_json)
        return
    if peer not in bench.PEERS:
        raise typer.BadParameter(f"Choose one of {', '.join([*bench.PEERS, 'ssf'])}.", param_hint="--peer")
    _print(_in_folder(lambda folder: bench.run(folder, peer, rounds)), as_json)


def _in_folder(work: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    from nameplate.boot.logs import configure_logs
    from nameplate.boot.settings import LogSettings

    # What is measured logs as it does in a server: to stderr, never between the figures.
    configure_logs(LogSettings(level="error"), "bench")
    with tempfile.TemporaryDirectory(prefix="nameplate-bench-") as folder:
        return work(Path(folder))


def _print(figures: dict[str, Any], as_json: bool) -> None:
    emit(figures, as_json=as_json, text=lambda: json.dumps(figures, indent=2))
