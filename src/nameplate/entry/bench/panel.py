"""From a robot at our reader to its card number at a panel, with the real deciding process, beside bare libosdp."""

import tempfile
from pathlib import Path
from typing import Any

from nameplate.boot.panels import measure
from nameplate.entry.serve.started import Server, running_core

from .door import ACTOR, POINT, SERIAL, answering, connected, enrolled
from .workload import free_port

_SITE = f"""
kind: Site
id: bench
---
kind: Zone
id: outside
---
kind: Zone
id: inside
---
kind: Team
id: ops
---
kind: Door
id: door-0
joins: [outside, inside]
readers: [{{id: r1, side: outside}}, {{id: r2, side: inside}}]
---
kind: Contract
id: all
grants: [{{actions: [enter], resources: ["zone:*"]}}]
---
kind: CardPool
id: robots
format: wiegand-26
facility: 12
from: 1001
to: 1001
---
kind: Actor
id: {ACTOR}
type: robot
unit: {{manufacturer: Acme, model: T3, serial: {SERIAL}}}
owner: ops
purpose: Measures
state: active
contract: all
---
kind: Point
id: {POINT}
type: osdp-panel
channels:
  - door: door-0
    to: "tcp:127.0.0.1:20000"
    panel: [{{reader: r1, to: "tcp:127.0.0.1:20001", key: bench-panel}}]
"""


def run(rounds: int) -> dict[str, Any]:
    """Milliseconds over so many presentations, beside bare libosdp over the same lines."""
    with tempfile.TemporaryDirectory(prefix="nameplate-bench-") as folder:
        data = Path(folder) / "data"
        data.mkdir()
        with running_core(data, free_port()) as server:
            _declare(server)
            answer = answering(enrolled(server, Path(folder) / "robot"), 1)
            return measure(rounds, lambda: connected(server), answer)


def _declare(server: Server) -> None:
    server.client.post("/v1/apply", {"files": [{"name": "bench.yaml", "text": _SITE}]})
