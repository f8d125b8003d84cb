"""A real Keycloak for as long as a block of code lasts, and who administers it: measurements and tests."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import urllib3

from nameplate.domain.errors import Unavailable

from .workload import free_port

INSTALL = "apt-get install maven && scripts/keycloak"
PEERS = Path("build/peers")
PATIENCE_S = 240.0
ADMIN, PASSWORD = "admin", "administers-it"
REALM, READER, READER_SECRET = "clinic", "nameplate", "reads-it"
READS = ("view-realm", "view-clients", "view-users", "view-events")


class Keycloak:
    """One server with the realm REALM, whose client READER may read it, and nothing else."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._http = urllib3.PoolManager(retries=False, timeout=30.0)
        self._token, self._until = "", 0.0

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the admin API as its administrator, within the realm; raises Unavailable for any refusal."""
        return self.ask(method, f"/admin/realms/{REALM}/{path}".rstrip("/"), body)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the admin API as its administrator."""
        if time.monotonic() > self._until:
            self._token, self._until = self._sign_in(), time.monotonic() + 30.0
        headers = {"authorization": f"Bearer {self._token}", "content-type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        answer = self._http.request(method, self.url + path, body=data, headers=headers)
        if answer.status >= 400:
            raise Unavailable("keycloak", f"{method} {path} was answered {answer.status}: {answer.data[:300]!r}")
        return json.loads(answer.data) if answer.data else None

    def client(self, name: str) -> str:
        """Add a client with a service account; returns its id."""
        self.call("POST", "clients", {"clientId": name, "serviceAccountsEnabled": True, "publicClient": False})
        return str(self.call("GET", f"clients?clientId={name}")[0]["id"])

    def enable_client(self, ident: str, *, enabled: bool) -> None:
        """Enable or disable a client."""
        known = self.call("GET", f"clients/{ident}")
        self.call("PUT", f"clients/{ident}", known | {"enabled": enabled})

    def user(self, name: str, **more: Any) -> str:
        """Add a user; returns its id."""
        self.call("POST", "users", {"username": name, "enabled": True} | more)
        return str(self.call("GET", f"users?username={name}&exact=true")[0]["id"])

    def group(self, name: str) -> None:
        """See to it that there is a group."""
        if not self.call("GET", f"groups?search={name}&exact=true"):
            self.call("POST", "groups", {"name": name})

    def fill(self) -> None:
        """The realm, with admin events, and the client that may read it."""
        self.ask("POST", "/admin/realms", {"realm": REALM, "enabled": True, "adminEventsEnabled": True})
        self.call("POST", "clients", {"clientId": READER, "serviceAccountsEnabled": True, "secret": READER_SECRET})
        reader = self.call("GET", f"clients?clientId={READER}")[0]["id"]
        management = self.call("GET", "clients?clientId=realm-management")[0]["id"]
        account = self.call("GET", f"clients/{reader}/service-account-user")["id"]
        roles = [self.call("GET", f"clients/{management}/roles/{role}") for role in READS]
        self.call("POST", f"users/{account}/role-mappings/clients/{management}", roles)

    def _sign_in(self) -> str:
        form = {"grant_type": "password", "client_id": "admin-cli", "username": ADMIN, "password": PASSWORD}
        kind = {"content-type": "application/x-www-form-urlencoded"}
        path = f"{self.url}/realms/master/protocol/openid-connect/token"
        answer = self._http.request("POST", path, body=urlencode(form), headers=kind)
        if answer.status != 200:
            raise Unavailable("keycloak", f"Signing in was answered {answer.status}.")
        return str(json.loads(answer.data)["access_token"])


def home() -> Path | None:
    """Where Keycloak lies: KEYCLOAK_HOME, or where `scripts/keycloak` has put it; None if nowhere."""
    named = os.environ.get("KEYCLOAK_HOME")
    found = [Path(named)] if named else sorted(PEERS.glob("keycloak-*"))
    return next((path for path in found if (path / "bin/kc.sh").exists() and shutil.which("java")), None)


@contextmanager
def running_keycloak(folder: Path, *options: str) -> Iterator[Keycloak]:
    """One in development mode, with its data in `folder`, filled, and ended afterwards. `options`: further ones."""
    where = home()
    if where is None:
        raise Unavailable("keycloak", "Keycloak or Java is not installed.", f"Get it with: {INSTALL}")
    # It writes beside its own files: a copy by links is quick, and what it is run with stays as it came.
    shutil.copytree(where, folder, copy_function=linked, ignore=shutil.ignore_patterns("data"))
    port = free_port()
    keycloak, process = Keycloak(port), _started(folder, port, options)
    try:
        _await(keycloak, process, folder)
        keycloak.fill()
        yield keycloak
    finally:
        # Where it has ended by itself there is nobody left: what it said is what counts.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE_S)


def linked(source: str, target: str) -> None:
    """A second name for a file, or a copy of it."""
    try:
        os.link(source, target)
    except OSError:
        # On another file system.
        shutil.copy2(source, target)


def _started(folder: Path, port: int, options: Sequence[str]) -> "subprocess.Popen[bytes]":
    told = {"KC_BOOTSTRAP_ADMIN_USERNAME": ADMIN, "KC_BOOTSTRAP_ADMIN_PASSWORD": PASSWORD}
    # One processor's worth of compiling: it starts once, and soon ends.
    told["JAVA_OPTS_APPEND"] = "-XX:TieredStopAtLevel=1 -Xmx512m"
    command = [str(folder / "bin/kc.sh"), "start-dev", f"--http-port={port}", "--http-host=127.0.0.1"]
    command += ["--cache=local", *options]
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(  # noqa: S603 - Keycloak
            command, stdout=log, stderr=log, env=os.environ | told, start_new_session=True
        )


def _await(keycloak: Keycloak, process: "subprocess.Popen[bytes]", folder: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            keycloak.ask("GET", "/admin/realms/master")
        except (urllib3.exceptions.HTTPError, Unavailable):
            if time.monotonic() > deadline or process.poll() is not None:
                said = (folder / "log").read_text(encoding="utf-8", errors="replace")
                raise Unavailable("keycloak", f"Keycloak does not start: {said[-500:]}") from None
            time.sleep(0.2)
        else:
            return
