"""`demo`."""

import typer

from .output import JSON, Exit, emit


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("demo")(demo)


def demo(
    headless: bool = typer.Option(False, "--headless", help="Without the live view."),
    duration: str = typer.Option("60s", "--for", help="How long, as in 30s."),
    as_json: bool = JSON,
) -> None:
    """Robots of three roles walk a small hospital. Everything is real but the hardware: doors, refusals, stops."""
    from nameplate.domain.manifests.quantities import parse_seconds
    from nameplate.entry.demo.run import run
    from nameplate.entry.demo.summary import words

    seconds = parse_seconds(duration)
    if seconds is None:
        raise typer.BadParameter(f"{duration} is not a duration such as 30s.")
    summary = run(seconds, live=not headless)
    emit(summary, as_json=as_json, text=lambda: words(summary))
    if {summary["journal"]["integrity"], summary["journal"]["completeness"]} != {"ok"}:
        raise typer.Exit(Exit.CHECK_FAILED)
