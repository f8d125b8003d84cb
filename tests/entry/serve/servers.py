"""What tests of a whole server look at: its processes, its points, its record."""

import json
import os
import signal
import time
from pathlib import Path

from nameplate.boot.journal import reader
from nameplate.domain.errors import NameplateError

PATIENCE_S = 20.0
POLL_S = 0.02
SITE = """
{kind: Team, id: ops, name: Operations}
---
{kind: Zone, id: outside}
---
{kind: Zone, id: inside}
---
{kind: Contract, id: runner, grants: [{actions: [enter], resources: ["zone:inside"]}]}
---
{kind: Door, id: d1, joins: [outside, inside], readers: [{id: r1, side: outside}]}
---
{kind: Door, id: d2, joins: [outside, inside], readers: [{id: r1, side: outside}]}
"""


def until(condition, what):
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"in vain waited until {what}"
        time.sleep(POLL_S)


def apply(server, text):
    server.client.post("/v1/apply", {"files": [{"name": "site.yaml", "text": text}]})


def point(name, *doors):
    channels = ", ".join(f'{{door: {door}, to: "pty:/none"}}' for door in doors)
    return f"{{kind: Point, id: {name}, type: osdp{f', channels: [{channels}]' if doors else ''}}}"


def connected(server):
    """Names of the points that are connected; none while nobody answers."""
    try:
        return {each["id"] for each in server.client.get("/v1/points")["items"] if each["connected"]}
    except NameplateError:
        return set()


def stop(server, actor):
    """Declare an active actor and stop it; returns what is told of the stop."""
    apply(
        server,
        f"{{kind: Actor, id: {actor}, type: robot, unit: {{manufacturer: A, model: T, serial: {actor}}}, "
        "owner: ops, purpose: Tests, state: active, contract: runner}",
    )
    order = {"order": "quarantine", "actors": [actor], "reason": "A test."}
    return server.client.post("/v1/orders", order)["stop"]


def answers(server):
    """Whether it decides and manages."""
    try:
        server.client.get("/readyz")
        server.client.get("/v1/actors?limit=1")
    except NameplateError:
        return False
    return True


def processes(data, module="nameplate"):
    """Process ids of what runs on this data directory."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
        except (OSError, ValueError):
            continue
        if folder.name.isdecimal() and str(data) in words and any(word.startswith(module) for word in words):
            found.append(int(folder.name))
    return found


def points(data):
    return set(processes(data, "nameplate.entry.point"))


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def log(data):
    return (data / "serve.log").read_text(encoding="utf-8")


def last_kind(data):
    """The kind of the last record: `stopped` after an end in order."""
    return [json.loads(entry.raw)["kind"] for entry in reader(data).read()][-1]
