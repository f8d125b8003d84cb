"""`serve`."""

from pathlib import Path

import typer

from .output import JSON, emit, say


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("serve")(serve)


def serve(
    data: Path = typer.Option(
        Path("nameplate-data"), envvar="NAMEPLATE_DATA", help="Data directory; made if it is not there."
    ),
    host: str | None = typer.Option(None, help="Address to listen on, usually 127.0.0.1; beyond loopback with TLS."),
    port: int | None = typer.Option(None, min=0, max=65535, help="Port to listen on. Usually 8470."),
    as_json: bool = JSON,
) -> None:
    """Run Nameplate: decide, record, guard doors. Ends with Ctrl-C and takes all its processes along."""
    from nameplate.boot.settings import Settings
    from nameplate.boot.tls import speaks_tls
    from nameplate.entry.serve.run import serve as run

    chosen = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = Settings.read(data=data, **chosen)
    scheme = "https" if speaks_tls(settings) else "http"
    url = f"{scheme}://{f'[{settings.host}]' if ':' in settings.host else settings.host}:{settings.port}"
    if as_json:
        emit({"data": str(data), "url": url}, as_json=True, text=str)
    say(f"Nameplate starts in {data}: {url}")
    run(settings)
