"""`key ...`"""

import base64
import getpass
import sys
from pathlib import Path

import typer

from nameplate.domain.errors import Invalid
from nameplate.entry.client import client

from .output import JSON, emit
from .places import DATA

app = typer.Typer(no_args_is_help=True)

NAME = typer.Argument(help="Name of the credential, as manifests name it.")
MAX_VALUE = 64 * 1024


@app.command()
def put(
    name: str = NAME,
    file: Path | None = typer.Option(None, help="File with the value; standard input if not given."),
    data: Path | None = DATA,
    as_json: bool = JSON,
) -> None:
    """Store what another system gave us (a token, a password, a private key). One line end at its end is left out."""
    value = without_line_end(file.read_bytes() if file else _from_input(name))
    if not value or len(value) > MAX_VALUE:
        raise Invalid("credential_size", f"A credential has 1 to {MAX_VALUE} bytes.", "Give it on stdin or by --file.")
    answer = client(data).post("/v1/credentials", {"name": name, "value": base64.b64encode(value).decode()})
    emit(answer, as_json=as_json, text=lambda: f"{name} is stored.")


@app.command("list")
def list_credentials(data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Names of the credentials that are stored; their values are never shown."""
    page = client(data).get("/v1/credentials")
    emit(page, as_json=as_json, text=lambda: "\n".join(each["name"] for each in page["items"]))


@app.command()
def remove(name: str = NAME, data: Path | None = DATA, as_json: bool = JSON) -> None:
    """Forget a credential."""
    answer = client(data).post("/v1/credentials/remove", {"name": name})
    emit(answer, as_json=as_json, text=lambda: f"{name} is removed.")


def _from_input(name: str) -> bytes:
    if sys.stdin.isatty():
        return getpass.getpass(f"Value of {name}: ").encode()
    return sys.stdin.buffer.read(MAX_VALUE + 2)


def without_line_end(value: bytes) -> bytes:
    """Editors and `echo` end text with a line end that is no part of a password. Other bytes are taken as they are."""
    try:
        value.decode()
    except UnicodeDecodeError:
        return value
    return value.removesuffix(b"\n").removesuffix(b"\r")
