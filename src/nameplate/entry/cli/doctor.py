"""`doctor`."""

from pathlib import Path

import typer

from .output import JSON, Exit, emit, table
from .places import DATA


def add_to(app: typer.Typer) -> None:
    """Add this command."""
    app.command("doctor")(doctor)


def doctor(data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Look at everything that mostly goes wrong, with the server running or not. Exit code 7 if anything fails."""
    from nameplate.boot.checkup import look
    from nameplate.boot.settings import Settings
    from nameplate.domain.checkups import State
    from nameplate.entry.checkup import ask
    from nameplate.entry.client import client

    settings = Settings.read(**({"data": data} if data else {}))
    checks = [*look(settings), *ask(client(settings.data))]
    healthy = all(each.state is not State.FAIL for each in checks)
    rows = [[each.state, each.name, f"{each.text} {each.remedy}".strip()] for each in checks]
    document = {"healthy": healthy, "checks": [each._asdict() for each in checks]}
    emit(document, as_json=as_json, text=lambda: table(("STATE", "CHECK", "FOUND"), rows))
    if not healthy:
        raise typer.Exit(Exit.CHECK_FAILED)
