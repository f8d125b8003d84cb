"""Decisions at a steady rate while a receiver takes events and while it hangs; and whether all arrived afterwards."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvloop

from nameplate.domain.errors import Unavailable
from nameplate.entry.progress import say
from nameplate.entry.serve.started import Server, running_server

from .floors import sync_floor
from .http import evaluations
from .load import Load
from .paced import put_paced_load
from .workload import free_port, manifests

LOOK_S = 0.1
_RECEIVER = (sys.executable, "-m", "nameplate.entry.bench.receiver")
SINK = "kind: Sink\nid: bench\nformat: ocsf\nto: syslog+tcp://127.0.0.1:{port}"


def run(
    folder: Path, seconds: float, rate: float, *, outage: float = 0.0, rounds: int = 3, actors: int = 1_000
) -> dict[str, Any]:
    """The receiver takes events for `seconds`, and hangs for `outage` (0: as long), in `rounds` turns each."""
    outage = outage or seconds
    data = folder / "data"
    data.mkdir()
    with _receiver() as receiver, running_server(data, free_port()) as server:
        port = int((receiver.stdout or sys.stdin).readline())
        for text in [*manifests(actors), SINK.format(port=port)]:
            server.client.post("/v1/apply", {"files": [{"name": "bench.yaml", "text": text}]})
        token = server.client.post("/v1/point-tokens", {"name": "bench"})["token"]
        requests = evaluations(actors, token)
        _caught_up(server, seconds + outage)
        without, down = Load(), Load()
        memory, longest_lag, waited = [_resident(server)], 0, 0.0
        for turn in range(rounds):
            say(f"round {turn + 1} of {rounds}: the receiver takes events")
            _add(without, _load(server, requests, rate, seconds / rounds))
            _caught_up(server, seconds + outage)
            say(f"round {turn + 1} of {rounds}: the receiver hangs")
            receiver.send_signal(signal.SIGSTOP)
            _add(down, _load(server, requests, rate, outage / rounds))
            memory.append(_resident(server))
            longest_lag = max(longest_lag, _state(server)["lag_records"])
            receiver.send_signal(signal.SIGCONT)
            waited = _caught_up(server, seconds + outage)
        records = _state(server)["settled"]
        received = json.loads(receiver.communicate()[0])
    return _report(folder, rate, (without, down), memory) | {
        "longest_lag_records": longest_lag,
        "caught_up_s": round(waited, 2),
        "records_settled": records,
        "received": received,
        "missing": records - received["records"],
    }


@contextmanager
def _receiver() -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(_RECEIVER, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def _load(server: Server, requests: Iterator[bytes], rate: float, seconds: float) -> Load:
    return uvloop.run(put_paced_load(server.port, requests, rate, seconds))


def _add(total: Load, part: Load) -> None:
    total.latencies += part.latencies
    total.failures += part.failures
    total.seconds += part.seconds


def _state(server: Server) -> dict[str, Any]:
    state: dict[str, Any] = server.client.get("/v1/sinks")["items"][0]
    return state


def _caught_up(server: Server, seconds: float) -> float:
    """Seconds until nothing waits; raises Unavailable when that takes far too long."""
    began = time.monotonic()
    while (state := _state(server))["lag_records"] or not state.get("settled"):
        if time.monotonic() > began + 60 + 3 * seconds:
            raise Unavailable("bench", f"The sink does not catch up: {state['status']}")
        time.sleep(LOOK_S)
    return time.monotonic() - began


def _resident(server: Server) -> float:
    """Memory of the managing process, MiB."""
    pages = int(Path(f"/proc/{server.process('manage')}/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def _report(folder: Path, rate: float, loads: tuple[Load, Load], memory: list[float]) -> dict[str, Any]:
    without, down = (
        {
            "decisions": load.count,
            "per_second": round(load.count / load.seconds),
            "p50_us": load.percentile_us(0.5),
            "p99_us": load.percentile_us(0.99),
            "p999_us": load.percentile_us(0.999),
            "failures": load.failures,
        }
        for load in loads
    )
    return {
        "rate": rate,
        "sync_floor": sync_floor(folder),
        "receiver_takes": without,
        "receiver_hangs": down,
        "p999_hangs_over_takes": round(down["p999_us"] / without["p999_us"], 2) if without["p999_us"] else None,
        "manage_resident_mib": {"before": memory[0], "most_while_hanging": max(memory[1:])},
    }
