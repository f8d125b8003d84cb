"""Schemathesis, a client that others wrote, held against a running server and the document that it gives out."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.entry.world import World

DEEP = os.environ.get("NAMEPLATE_DEEP") == "1"
EXAMPLES, LIMIT_S = (int(os.environ.get("NAMEPLATE_EXAMPLES", "200")), 3_600) if DEEP else (4, 110)
Json = dict[str, Any]
Excused = Mapping[str, Mapping[str, str]]
"""By path: checks that are not made there, each with the reason why the document cannot say what it would have to."""


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
            # An answer comes in pieces: none is to wait until the one before it has been acknowledged.
            near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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


ACCEPTED = ["2xx", "3xx", "401", "403", "404", "409", "412", "429", "5xx"]
"""How a request can end that fits the document: it may be about something that is not there, or is another by now."""
PLAIN = """
import schemathesis

@schemathesis.serializer("application/secevent+jwt")
def plain(context, value):
    return str(value).encode("utf-8", "replace")
"""
"""Tokens are texts: the client knows no such media type by itself."""


def document_of(world: World, fits: Callable[[str, Json], bool]) -> Json:
    """The document of a server with only those operations (path, description) that fit."""
    document: Json = world.server.client.get("/v1/openapi.json")
    for path, methods in list(document["paths"].items()):
        document["paths"][path] = {method: each for method, each in methods.items() if fits(path, each)}
    return document


def complaints(done: subprocess.CompletedProcess[str]) -> str:
    """What the client has to say, also where it ended well but has left out operations: it has faults of its own."""
    counts = dict(re.findall(r"(Selected|Tested): (\d+)", done.stdout))
    whole = counts.get("Tested", "0") == counts.get("Selected")
    return "" if done.returncode == 0 and whole else done.stdout + done.stderr


def tried(
    document: Json, port: int, folder: Path, token: str, excused: Excused, *unchecked: str, covering: bool = True
) -> subprocess.CompletedProcess[str]:
    """What the client says of the server at that port, as the holder of `token`. See `Excused`.

    `covering`: also without time, every member of every body is sent wrongly in turn.
    """
    file, config = folder / "openapi.json", folder / "schemathesis.toml"
    file.write_text(json.dumps(document))
    (folder / "plain.py").write_text(PLAIN)
    lines = [
        'hooks = "plain"',
        "[headers]",
        f'Authorization = "Bearer {token}"',
        "[generation]",
        f"max-examples = {EXAMPLES}",
    ]
    lines += [] if DEEP else ["deterministic = true", "[phases.coverage]", f"enabled = {json.dumps(covering)}"]
    lines += ["[checks.positive_data_acceptance]", f"expected-statuses = {json.dumps(ACCEPTED)}"]
    for check in unchecked:
        lines += [f"[checks.{check}]", "enabled = false"]
    for path, checks in excused.items():
        lines += ["[[operations]]", f'include-path = "{path}"']
        lines += [f"checks.{check}.enabled = false" for check in checks]
    config.write_text("\n".join(lines))
    client = [str(Path(sys.executable).with_name("schemathesis")), "--config-file", str(config), "run", str(file)]
    return subprocess.run(
        [*client, "--url", f"http://127.0.0.1:{port}", "--no-color", "--warnings", "off"],
        capture_output=True,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        stdin=subprocess.DEVNULL,
        text=True,
        timeout=LIMIT_S,
    )
