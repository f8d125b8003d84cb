"""`tls ...`"""

from pathlib import Path

import typer

from nameplate.entry.client import client

from .output import JSON, emit
from .places import DATA

app = typer.Typer(no_args_is_help=True)


@app.command()
def init(data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Make the site's own certificate authority. Its certificate is what robots and clients are given to trust."""
    answer = client(data).post("/v1/tls/authority", {})
    emit(answer, as_json=as_json, text=lambda: str(answer["authority"]).rstrip())


@app.command()
def issue(
    name: list[str] = typer.Option(..., help="Host name or address under which it is called; may be given again."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Issue the server's certificate, with a new key, for 90 days. It renews itself 30 days before the end."""
    answer = client(data).post("/v1/tls/certificate", {"names": name})
    emit(answer, as_json=as_json, text=lambda: f"Issued for {', '.join(answer['names'])} until {answer['not_after']}.")


@app.command()
def show(
    out: Path | None = typer.Option(None, help="Write the authority's certificate (PEM) into this file."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """The authority's certificate, and the one that the listener shows."""
    answer = client(data).get("/v1/tls")
    if out is not None:
        out.write_text(answer["authority"], "ascii")
    emit(answer, as_json=as_json, text=lambda: _text(answer))


def _text(answer: dict[str, dict[str, str] | None]) -> str:
    rows = [(word, answer[word]) for word in ("shown", "issued")]
    lines = [f"{word}: {', '.join(row['names'])} until {row['not_after']}" for word, row in rows if row]
    return "\n".join([*lines, str(answer["authority"]).rstrip()])
