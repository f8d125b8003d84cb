"""The OpenAPI document, held against the running server by Schemathesis, a client that others wrote.

It sends what the document permits and what it forbids, in every operation, and follows what it was answered. Each
answer must have a status, a type and a body that the document names, and what is permitted must be taken.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.entry.world import World

DEEP = os.environ.get("NAMEPLATE_DEEP") == "1"
EXAMPLES, LIMIT_S = (200, 3_600) if DEEP else (4, 110)
TOLD_ELSEWHERE = {
    "/v1/apply": "the text of a manifest has a grammar of its own, and names what must be declared",
    "/v1/diff": "as for apply",
    "/v1/contract-tests": "the text of a case has a grammar of its own",
    "/v1/badges/{badge}/number": "there must be as many digits as the bits before the colon say",
    "/v1/credentials": "base64 comes in fours, which `contentEncoding` does not say to the client",
    "/v1/tls/certificate": "a host name has a grammar of its own",
    "/device/token": "there is one grant type, and a code is one that was given before",
    "/v1/rollout": "`after` is taken from the page before",
    "/access/v1/search/subject": "the token of a page is taken from the page before",
    "/access/v1/search/resource": "as for subjects",
    "/access/v1/search/action": "as for subjects",
}
"""Where a body that fits its schema may be refused with 400, and why a schema cannot say it."""


@contextmanager
def on_tcp(path: Path) -> Iterator[int]:
    """A TCP port that leads to a Unix socket: the client knows no others."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        threading.Thread(target=_lead, args=(listener, path), daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


def _lead(listener: socket.socket, path: Path) -> None:
    with suppress(OSError):
        while True:
            near, _ = listener.accept()
            far = socket.socket(socket.AF_UNIX)
            far.connect(str(path))
            for pair in ((near, far), (far, near)):
                threading.Thread(target=_pass, args=pair, daemon=True).start()


def _pass(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(65_536):
            target.sendall(piece)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
    source.close()


def tried(world: World, port: int, folder: Path, *unchecked: str) -> subprocess.CompletedProcess[str]:
    """What the client says of the server at that port, as the holder of a point's token."""
    document, config = folder / "openapi.json", folder / "schemathesis.toml"
    document.write_text(json.dumps(world.server.client.get("/v1/openapi.json")))
    lines = ["[headers]", f'Authorization = "Bearer {world.token}"', "[generation]", f"max-examples = {EXAMPLES}"]
    lines += [] if DEEP else ["deterministic = true"]
    for check in unchecked:
        lines += [f"[checks.{check}]", "enabled = false"]
    for path in TOLD_ELSEWHERE:
        lines += ["[[operations]]", f'include-path = "{path}"', "checks.positive_data_acceptance.enabled = false"]
    config.write_text("\n".join(lines))
    client = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(config), "run", str(document)]
    return subprocess.run(
        [*client, "--url", f"http://127.0.0.1:{port}", "--no-color", "--warnings", "off"],
        capture_output=True,
        check=False,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=LIMIT_S,
    )


@pytest.mark.timeout(LIMIT_S + 30)
def test_the_control_socket_does_what_the_document_says(own_world, tmp_path):
    with on_tcp(own_world.server.data / "control.sock") as port:
        done = tried(own_world, port, tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.timeout(LIMIT_S + 30)
def test_the_public_listener_does_what_the_document_says(own_world, tmp_path):
    # A stranger is not even told which methods there are: 401 comes before 405.
    done = tried(own_world, own_world.server.port, tmp_path, "unsupported_method")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_document_that_promises_too_much_is_found_out(world, tmp_path, monkeypatch):
    """The same client on such a server: with one status fewer in the document it must fail."""
    get = world.server.client.get

    def poorer(path):
        document = get(path)
        document["paths"] = {"/v1/point-tokens": document["paths"]["/v1/point-tokens"]}
        del document["paths"]["/v1/point-tokens"]["post"]["responses"]["400"]
        return document

    monkeypatch.setattr(world.server.client, "get", poorer)
    with on_tcp(world.server.data / "control.sock") as port:
        done = tried(world, port, tmp_path)
    assert done.returncode == 1
    assert "ndocumented" in done.stdout
