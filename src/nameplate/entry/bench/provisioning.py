"""A disable through SCIM until it is in force; and thousands of them while decisions go on."""

import itertools
import json
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import uvloop

from nameplate.boot.journal import reader
from nameplate.domain.timestamps import parse_rfc3339
from nameplate.entry.progress import say
from nameplate.entry.serve.started import Server, running_server

from .floors import sync_floor
from .load import Load, post
from .paced import put_paced_load
from .upstream import Upstream, activity
from .workload import free_port

BRIDGE, CORE = "upstream", "urn:ietf:params:scim:schemas:core:2.0:Device"
_DISABLING = (sys.executable, "-m", "nameplate.entry.bench.upstream")
AT_A_TIME = 1_000
WORLD = """
kind: Team
id: bench
name: Bench
---
kind: Contract
id: reader
grants: [{actions: [read], resources: ["app:*"]}]
---
kind: Bridge
id: upstream
type: scim
"""


def run(folder: Path, rounds: int, actors: int, rate: float) -> dict[str, Any]:
    """`rounds` single disables; then `actors` disabled by Bulk while `rate` decisions a second are answered."""
    data = folder / "data"
    data.mkdir()
    with running_server(data, free_port()) as server:
        _apply(server, WORLD)
        for start in range(0, actors, AT_A_TIME):
            _apply(server, "---".join(_actor(number) for number in range(start, min(start + AT_A_TIME, actors))))
        _until_heard(server)
        tokens = _tokens(server)
        with closing(Upstream(server.port, tokens["bridge"])) as upstream:
            places = _provision(upstream, actors)
            say(f"{actors} actors are provisioned")
            single = _singles(upstream, places, rounds)
            return {
                "single": {**single, "sync_floor": sync_floor(folder), "in_force": _in_force(data, rounds)},
                "bulk": _bulk(server, places, tokens, rate, data),
            }


def _apply(server: Server, text: str) -> None:
    server.client.post("/v1/apply", {"files": [{"name": "bench.yaml", "text": text}]})


def _actor(number: int) -> str:
    return (
        f"\n{{kind: Actor, id: unit-{number}, type: workload, owner: bench, purpose: Bench, state: active,"
        " contract: reader}\n"
    )


def _tokens(server: Server) -> dict[str, str]:
    """Of the provisioning client, and of the point that asks."""
    names = {"bridge": BRIDGE, "point": "bench"}
    return {kind: server.client.post(f"/v1/{kind}-tokens", {"name": name})["token"] for kind, name in names.items()}


def _until_heard(server: Server) -> None:
    while not server.client.get("/v1/bridges")["items"]:
        time.sleep(0.05)


def _provision(upstream: Upstream, actors: int) -> list[str]:
    places = []
    for start in range(0, actors, AT_A_TIME):
        made = upstream.bulk(
            [
                {"method": "POST", "path": "/Devices", "bulkId": str(number), "data": _device(number)}
                for number in range(start, min(start + AT_A_TIME, actors))
            ]
        )
        places += [f"/Devices/{each['location'].rpartition('/')[2]}" for each in made]
    return places


def _device(number: int) -> Any:
    return {"schemas": [CORE], "displayName": f"unit-{number}", "active": True}


def _singles(upstream: Upstream, places: list[str], rounds: int) -> dict[str, Any]:
    """From the request until its answer, which comes when the stop is in force and on record."""
    took = []
    for turn in range(rounds):
        where = places[turn % len(places)]
        began = time.perf_counter()
        upstream.send("PATCH", where, activity(False))
        took.append((time.perf_counter() - began) * 1000)
        upstream.send("PATCH", where, activity(True))
    ordered = sorted(took)
    return {"rounds": rounds, "p50_ms": _part(ordered, 0.5), "p99_ms": _part(ordered, 0.99)}


def _part(ordered: list[float], share: float) -> float:
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2) if ordered else 0.0


def _in_force(data: Path, rounds: int) -> dict[str, float]:
    """From when a disable arrived until it was in force, by the record."""
    records = [json.loads(entry.raw) for entry in reader(data).read()]
    told = [each for each in records if each["kind"] == "upstream" and each["status"] == "disabled"][:rounds]
    stops = iter([each for each in records if each["kind"] == "state" and each.get("stop")][:rounds])
    took = sorted(
        ((parse_rfc3339(next(stops)["cut_off"]) or 0) - (parse_rfc3339(each["received_at"]) or 0)) / 1000
        for each in told
    )
    return {"p50_ms": _part(took, 0.5), "p99_ms": _part(took, 0.99)}


def _bulk(server: Server, places: list[str], tokens: dict[str, str], rate: float, data: Path) -> dict[str, Any]:
    def load(seconds: float) -> Load:
        return uvloop.run(put_paced_load(server.port, _questions(tokens["point"], len(places)), rate, seconds))

    quiet, busy = load(10), Load()
    with _disabling({"port": server.port, "token": tokens["bridge"], "places": places}) as disabling:
        while disabling.poll() is None:
            part = load(1)
            busy.latencies += part.latencies
            busy.failures += part.failures
        done = json.loads(disabling.stdout.read() if disabling.stdout else "{}")
    return {
        "actors": len(places),
        "whole": done["whole"],
        "seconds": round(done["seconds"], 2),
        "rate": rate,
        "p999_us": {"without": quiet.percentile_us(0.999), "with": busy.percentile_us(0.999)},
        "failures": quiet.failures + busy.failures,
        "permitted_after_acknowledgement": _late(data, done["at"]),
    }


@contextmanager
def _disabling(asked: dict[str, Any]) -> Iterator[subprocess.Popen[str]]:
    """The request that disables them all, under way."""
    process = subprocess.Popen(_DISABLING, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603 - ourselves
    try:
        if process.stdin:
            json.dump(asked, process.stdin)
            process.stdin.close()
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def _questions(token: str, actors: int) -> Iterator[bytes]:
    made = random.Random(5)  # noqa: S311 - a workload, repeatable
    for _ in itertools.count():
        question = {
            "subject": {"type": "actor", "id": f"unit-{made.randrange(actors)}"},
            "action": {"name": "read"},
            "resource": {"type": "app", "id": "r1"},
        }
        yield post("/access/v1/evaluation", json.dumps(question).encode(), token)


def _late(data: Path, at: int) -> dict[str, int]:
    """Decisions that were made after the answer to the bulk request."""
    found: Counter[str] = Counter(permit=0, deny=0)
    for entry in reader(data).read():
        record = json.loads(entry.raw)
        if record["kind"] == "decision" and (parse_rfc3339(record["at"]) or 0) > at:
            found[record["decision"]] += 1
    return dict(found)
