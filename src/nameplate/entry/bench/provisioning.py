"""A disable through SCIM until it is in force; and thousands of them while decisions go on."""

import itertools
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
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
from .workload import free_port

BRIDGE, CORE = "upstream", "urn:ietf:params:scim:schemas:core:2.0:Device"
PATCH, BULK = (f"urn:ietf:params:scim:api:messages:2.0:{name}" for name in ("PatchOp", "BulkRequest"))
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


class Upstream:
    """A provisioning client on one connection."""

    def __init__(self, server: Server) -> None:
        self._connection = HTTPConnection("127.0.0.1", server.port, timeout=300)
        self._token = server.client.post("/v1/bridge-tokens", {"name": BRIDGE})["token"]

    def send(self, method: str, path: str, body: Any) -> Any:
        """One request."""
        headers = {"authorization": f"Bearer {self._token}", "content-type": "application/scim+json"}
        self._connection.request(method, f"/scim/v2{path}", json.dumps(body), headers)
        answer = self._connection.getresponse()
        text = answer.read()
        if answer.status >= 400:
            raise OSError(text.decode(errors="replace")[:500])
        return json.loads(text)

    def close(self) -> None:
        """Hang up."""
        self._connection.close()

    def bulk(self, operations: list[Any]) -> list[Any]:
        """Many at once, on a connection that the server has not ended meanwhile."""
        self.close()
        return list(self.send("POST", "/Bulk", {"schemas": [BULK], "Operations": operations})["Operations"])


def run(folder: Path, rounds: int, actors: int, rate: float) -> dict[str, Any]:
    """`rounds` single disables; then `actors` disabled by Bulk while `rate` decisions a second are answered."""
    data = folder / "data"
    data.mkdir()
    with running_server(data, free_port()) as server:
        _apply(server, WORLD)
        for start in range(0, actors, AT_A_TIME):
            _apply(server, "---".join(_actor(number) for number in range(start, min(start + AT_A_TIME, actors))))
        _until_heard(server)
        with closing(Upstream(server)) as upstream:
            places = _provision(upstream, actors)
            say(f"{actors} actors are provisioned")
            single = _singles(upstream, places, rounds)
            token = server.client.post("/v1/point-tokens", {"name": "bench"})["token"]
            return {
                "single": {**single, "sync_floor": sync_floor(folder), "in_force": _in_force(data, rounds)},
                "bulk": _bulk(server, upstream, places, token, rate, data),
            }


def _apply(server: Server, text: str) -> None:
    server.client.post("/v1/apply", {"files": [{"name": "bench.yaml", "text": text}]})


def _actor(number: int) -> str:
    return (
        f"\n{{kind: Actor, id: unit-{number}, type: workload, owner: bench, purpose: Bench, state: active,"
        " contract: reader}\n"
    )


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


def _active(value: bool) -> Any:
    return {"schemas": [PATCH], "Operations": [{"op": "replace", "path": "active", "value": value}]}


def _singles(upstream: Upstream, places: list[str], rounds: int) -> dict[str, Any]:
    """From the request until its answer, which comes when the stop is in force and on record."""
    took = []
    for turn in range(rounds):
        where = places[turn % len(places)]
        began = time.perf_counter()
        upstream.send("PATCH", where, _active(False))
        took.append((time.perf_counter() - began) * 1000)
        upstream.send("PATCH", where, _active(True))
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


def _bulk(server: Server, upstream: Upstream, places: list[str], token: str, rate: float, data: Path) -> dict[str, Any]:
    def load(seconds: float) -> Load:
        return uvloop.run(put_paced_load(server.port, _questions(token, len(places)), rate, seconds))

    quiet = load(10)
    acknowledged: list[tuple[float, int]] = []

    def disable() -> None:
        began = time.perf_counter()
        operations = [{"method": "PATCH", "path": where, "data": _active(False)} for where in places]
        done = upstream.bulk(operations)
        acknowledged.append((time.perf_counter() - began, time.time_ns() // 1000))
        if any(each["status"] != "200" for each in done):
            acknowledged.clear()

    worker = threading.Thread(target=disable)
    worker.start()
    busy = Load()
    while worker.is_alive():
        part = load(5)
        busy.latencies += part.latencies
        busy.failures += part.failures
    worker.join()
    took, at = acknowledged[0]
    return {
        "actors": len(places),
        "seconds": round(took, 2),
        "rate": rate,
        "p999_us": {"without": quiet.percentile_us(0.999), "with": busy.percentile_us(0.999)},
        "failures": quiet.failures + busy.failures,
        "permitted_after_acknowledgement": _late(data, at),
    }


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
