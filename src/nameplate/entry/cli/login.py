"""`login` and `logout`."""

import typer

from .output import JSON, emit, say

SERVER = typer.Option(..., "--server", envvar="NAMEPLATE_SERVER", help="URL of the server.")


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    app.command("login")(login)
    app.command("logout")(logout)


def login(server: str = SERVER, as_json: bool = JSON) -> None:
    """Sign this terminal in: you confirm a code in a browser (RFC 8628). The token lies in a file only you can read."""
    from nameplate.entry.login import sign_in

    found = sign_in(server, lambda url, code: say(f"Open {url} and confirm the code {code}"))
    emit(found, as_json=as_json, text=lambda: f"{found['person']}: {', '.join(found['roles']) or 'no role'}")


def logout(server: str = SERVER, as_json: bool = JSON) -> None:
    """Sign this terminal out, and forget its token."""
    from nameplate.entry.login import sign_out

    sign_out(server)
    emit({"server": server, "signed_out": True}, as_json=as_json, text=lambda: "Signed out.")
