"""A running server as its callers meet it: HTTP, bytes on a socket, the command line."""

import http.client
import io
import json
import socket
import sys
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import yaml

from nameplate.entry.cli import main
from nameplate.entry.serve.started import Server

T = TypeVar("T")
PATIENCE_S, QUIET_S, POLL_S = 20.0, 0.25, 0.02

RECORDS = """
kind: Team
id: ops
name: Operations
---
kind: Contract
id: author
grants:
  - {actions: [read], resources: ["record:*"]}
  - {actions: [write], resources: ["record:*"], unless: {resource.status: [archived]}}
  - {actions: [write], resources: ["record:*"], where: {subject.role: [admin]}}
  - {actions: [delete], resources: ["record:*"], where: {action.soft: [true]}}
---
kind: Contract
id: reader
grants:
  - {actions: [read], resources: ["record:*"]}
  - {actions: [write], resources: ["record:*"], where: {subject.role: [admin]}}
---
{kind: Actor, id: alice, type: workload, owner: ops, purpose: Writes records, state: active, contract: author}
---
{kind: Actor, id: bob, type: workload, owner: ops, purpose: Reads records, state: active, contract: reader}
"""


class Reply(NamedTuple):
    """An answer over HTTP. `body` is the JSON document, or None where there is none."""

    status: int
    headers: dict[str, str]
    body: Any


class Told(NamedTuple):
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its document."""
        return json.loads(self.out)


class World:
    """One server with `RECORDS` in force. `token` may ask; `simulating` may also set the time."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.apply(RECORDS)
        self.token = self.point("pep")
        self.simulating = self.point("simulator", simulate=True)

    def apply(self, text: str) -> Any:
        """Put manifests in force."""
        return self.server.client.post("/v1/apply", {"files": [{"name": "world.yaml", "text": text}]})

    def actor(self, ident: str, **fields: Any) -> str:
        """Declare an active actor; returns its id."""
        usual = {"type": "workload", "owner": "ops", "purpose": "Tests", "state": "active", "contract": "author"}
        document = {"kind": "Actor", "id": ident, **usual, **fields}
        self.apply(yaml.safe_dump({name: value for name, value in document.items() if value is not None}))
        return ident

    def point(self, name: str, *, simulate: bool = False) -> str:
        """A new token for a point."""
        return str(self.server.client.post("/v1/point-tokens", {"name": name, "simulate": simulate})["token"])

    def tail(self) -> str:
        """The latest records, a JSON object a line."""
        return self.run("journal", "tail", "-n", "50", "--no-follow", "--json").out

    def order(self, name: str, *actors: str) -> Any:
        """Order something over an actor's life."""
        return self.server.client.post("/v1/orders", {"order": name, "actors": actors, "reason": "A test."})

    def until(self, holds: Callable[[], T]) -> T:
        """What comes of it, once that is true of anything: some things are answered before they are on record."""
        deadline = time.monotonic() + PATIENCE_S
        while not (found := holds()):
            assert time.monotonic() < deadline, "in vain waited"
            time.sleep(POLL_S)
        return found

    def post(self, path: str, body: Any, token: str | None = None, **headers: str) -> Reply:
        """POST a document, or bytes as they are."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        usual = {"Content-Type": "application/json", "Authorization": f"Bearer {token or self.token}"}
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.call("POST", path, data, {**usual, **given})

    def get(self, path: str, **headers: str) -> Reply:
        """GET without a token."""
        return self.call("GET", path, None, headers)

    def call(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Reply:
        """One request on a connection of its own, on the public listener."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=PATIENCE_S)
        try:
            connection.request(method, path, body, {name: value for name, value in headers.items() if value != ""})
            response = connection.getresponse()
            text = response.read()
            is_json = "json" in (response.getheader("content-type") or "")
            found = {name.lower(): value for name, value in response.getheaders()}
            return Reply(response.status, found, json.loads(text) if is_json else text.decode())
        finally:
            connection.close()

    def evaluate(self, subject: str, action: str, resource: str, token: str | None = None, /, **parts: Any) -> Any:
        """The answer to one AuthZEN question; `parts` may hold properties and the context."""
        reply = self.post("/access/v1/evaluation", question(subject, action, resource, **parts), token)
        assert reply.status == 200, reply
        return reply.body

    def permits(self, subject: str, action: str = "read", resource: str = "record-1") -> bool:
        """Whether that is permitted now."""
        return bool(self.evaluate(subject, action, resource)["decision"])

    def speak(self, data: bytes, *, control: bool = False, hang_up: bool = False) -> bytes:
        """Say bytes and hear what comes back, until the server hangs up or has nothing more to say."""
        with self.connect(control=control) as line:
            line.settimeout(QUIET_S)
            try:
                line.sendall(data)
                if hang_up:
                    line.shutdown(socket.SHUT_WR)
                return heard(line)
            except (BrokenPipeError, ConnectionResetError):
                return b""

    def connect(self, *, control: bool = False) -> socket.socket:
        """A connection to the public listener, or to the control socket."""
        line = socket.socket(socket.AF_UNIX if control else socket.AF_INET)
        line.settimeout(PATIENCE_S)
        line.connect(str(self.server.data / "control.sock") if control else ("127.0.0.1", self.server.port))
        return line

    def run(self, *words: object, stdin: str = "", data: Path | None = None) -> Told:
        """A command, in this process but from its front door."""
        return run(*words, "--data", data or self.server.data, stdin=stdin)


def question(subject: str, action: str, resource: str, /, **parts: Any) -> dict[str, Any]:
    """An AuthZEN question about a user and a record; `parts`: subject, action and resource properties, context."""
    kind, _, ident = resource.rpartition(":")
    asked: dict[str, Any] = {
        "subject": {"type": "user", "id": subject},
        "action": {"name": action},
        "resource": {"type": kind or "record", "id": ident},
    }
    for name, entity in asked.items():
        if name in parts:
            entity["properties"] = parts[name]
    return asked | ({"context": parts["context"]} if "context" in parts else {})


def heard(line: socket.socket) -> bytes:
    """All that the other side says until it hangs up, or for as long as the line waits."""
    pieces = []
    with suppress(TimeoutError):
        while piece := line.recv(65_536):
            pieces.append(piece)
    return b"".join(pieces)


def run(*words: object, stdin: str = "") -> Told:
    """`nameplate WORDS`, in this process."""
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    former = sys.argv, sys.stdin
    sys.argv, sys.stdin = ["nameplate", *map(str, words)], io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8")
    code = 0
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    finally:
        sys.argv, sys.stdin = former
    out.flush()
    return Told(code, out.buffer.getvalue().decode(), err.getvalue())
