"""Signing a terminal in by the device flow (RFC 8628), and the file in which its token lies."""

import json
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from nameplate.domain.errors import Invalid, NameplateError, Refused

from .client import Client, client

GRANT = "urn:ietf:params:oauth:grant-type:device_code"
SLOWER_S = 5.0
"""RFC 8628, section 3.5: what `slow_down` adds."""


def file() -> Path:
    """Where tokens lie: `NAMEPLATE_LOGIN`, else in the user's configuration folder."""
    chosen = os.environ.get("NAMEPLATE_LOGIN")
    usual = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "nameplate" / "login.json"
    return Path(chosen) if chosen else usual


def kept(server: str) -> str:
    """The token for a server; raises Refused where there is none."""
    token = _read().get(normal(server), "")
    if not token:
        raise Refused("login", f"You are not signed in to {server}.", f"Run: nameplate login --server {server}")
    return token


def keep(server: str, token: str) -> None:
    """Keep a token, or forget it (empty), in a file that only its owner can read."""
    tokens = {name: value for name, value in _read().items() if name != normal(server)}
    tokens |= {normal(server): token} if token else {}
    path = file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_suffix(f".{os.getpid()}")
    fresh.unlink(missing_ok=True)  # left by one that was killed: in a container each has the same id
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as writing:
        json.dump(tokens, writing)
    fresh.replace(path)


def normal(server: str) -> str:
    """A server's URL in one form; raises Invalid where the token would travel in the clear beyond this machine."""
    url = _url(server)
    if url is None or url.scheme not in {"http", "https"} or not url.hostname:
        raise Invalid("server", f"{server} is no URL of a server.", "Write it as in https://nameplate.example.")
    if url.scheme == "http" and url.hostname not in {"localhost", "127.0.0.1", "::1"}:
        raise Invalid("server", "Beyond this machine a server is reached by https only.", "Write https://...")
    return f"{url.scheme}://{url.netloc.lower()}"


def sign_in(
    server: str, tell: Callable[[str, str], None], wait: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Ask for a code, have a person confirm it, and keep the token; who was signed in. Raises Refused.

    `tell`: where to go and with which code. `wait`: seconds between questions.
    """
    asking = client(None, normal(server))
    begun = asking.post("/device/authorization", {"client_id": "nameplate-cli"})
    tell(begun["verification_uri_complete"], begun["user_code"])
    answer = _poll(asking, begun["device_code"], float(begun["interval"]), wait)
    keep(server, answer["access_token"])
    found: dict[str, Any] = client(None, normal(server), answer["access_token"]).get("/v1/me")
    return found


def sign_out(server: str) -> None:
    """End the session at the server, as far as it can be reached, and forget the token in any case."""
    token = kept(server)
    with suppress(NameplateError):
        client(None, normal(server), token).post("/v1/me/session/end", {})
    keep(server, "")


def _poll(asking: Client, code: str, interval: float, wait: Callable[[float], None]) -> dict[str, Any]:
    while True:
        wait(interval)
        try:
            found: dict[str, Any] = asking.post("/device/token", {"grant_type": GRANT, "device_code": code})
        except NameplateError as error:
            if error.code == "slow_down":
                interval += SLOWER_S
            elif error.code != "authorization_pending":
                raise
        else:
            return found


def _url(text: str) -> SplitResult | None:
    """The parts of a URL; None where its brackets or its port are none."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        return None
    return None if port == 0 else url


def _read() -> dict[str, str]:
    try:
        found = json.loads(file().read_text())
    except (OSError, ValueError):
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}
