"""From an order to stop to its acknowledgement, under load, and whether anything got through afterwards."""

import itertools
import json
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvloop

from nameplate.boot.journal import reader
from nameplate.domain.timestamps import parse_rfc3339
from nameplate.entry.progress import say
from nameplate.entry.serve.started import Server, running_server

from .doorway import ROBOT, Doorway, busy_door
from .floors import sync_floor
from .load import post, put_load
from .workload import CONTRACTS, RESOURCES, free_port, manifests

ACTORS, CONNECTIONS = 500, 32
DOOR_EVERY, STRIKE_S = 10, 0.3
HOT = 8
"""How many of the load's questions in ten are about the actor that is stopped next."""


def run(folder: Path, rounds: int) -> dict[str, Any]:
    """`rounds` stops; each is ordered while the actor is being permitted things."""
    data = folder / "data"
    data.mkdir()
    with running_server(data, free_port()) as server:
        for text in manifests(ACTORS):
            server.client.post("/v1/apply", {"files": [{"name": "bench.yaml", "text": text}]})
        token = server.client.post("/v1/point-tokens", {"name": "bench"})["token"]
        with busy_door(server, folder) as doorway:
            acknowledged, took = _stop_under_load(server, token, rounds, doorway)
    return _report(folder, data, acknowledged, took)


def _stop_under_load(server: Server, token: str, rounds: int, doorway: Doorway) -> tuple[dict[str, int], list[float]]:
    target, ended = [0], threading.Event()
    load = threading.Thread(target=_load, args=(server.port, token, target, ended), daemon=True)
    load.start()
    acknowledged: dict[str, int] = {}
    took: list[float] = []
    for turn in range(rounds):
        target[0] = turn % ACTORS
        time.sleep(0.03)
        actor = f"unit-{target[0]}" if turn % DOOR_EVERY else ROBOT
        began = time.perf_counter()
        done = server.client.post("/v1/orders", {"order": "suspend", "actors": [actor], "reason": "bench"})
        took.append((time.perf_counter() - began) * 1000)
        acknowledged[done["stop"]["id"]] = time.time_ns() // 1000
        if turn % 50 == 49:
            say(f"{turn + 1} of {rounds} stops")
        if actor == ROBOT:
            time.sleep(STRIKE_S)
            doorway.revive()
            time.sleep(STRIKE_S)
    ended.set()
    load.join(10)
    return acknowledged, took


def _load(port: int, token: str, target: list[int], ended: threading.Event) -> None:
    while not ended.is_set():
        uvloop.run(put_load(port, _questions(token, target), CONNECTIONS, 1.0))


def _questions(token: str, target: list[int]) -> Iterator[bytes]:
    made = random.Random(11)  # noqa: S311 - a workload, repeatable
    for turn in itertools.count():
        number = target[0] if turn % 10 < HOT else made.randrange(ACTORS)
        role = number % CONTRACTS
        question = {
            "subject": {"type": "actor", "id": f"unit-{number}"},
            "action": {"name": "read"},
            "resource": {"type": "app", "id": f"r{role * 7 % RESOURCES}"},
            "context": {"ip": f"10.{role}.0.9", "task": "t-1"},
        }
        yield post("/access/v1/evaluation", json.dumps(question).encode(), token)


def _report(folder: Path, data: Path, acknowledged: dict[str, int], took: list[float]) -> dict[str, Any]:
    late, before = _after_acknowledgement(data, acknowledged)
    ordered = sorted(took)
    return {
        "rounds": len(took),
        "p50_ms": round(ordered[len(ordered) // 2], 2),
        "p99_ms": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], 2),
        "max_ms": round(ordered[-1], 2),
        "sync_floor": sync_floor(folder),
        "before_acknowledgement": before,
        "after_acknowledgement": late,
    }


def _after_acknowledgement(data: Path, acknowledged: dict[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """Permits and strikes for actors while they were stopped, and all others. A permit that was withdrawn is none."""
    stopped: dict[str, int] = {}
    late: Counter[str] = Counter(permits=0, strikes=0)
    before: Counter[str] = Counter(permits=0, strikes=0)
    records = [json.loads(entry.raw) for entry in reader(data).read()]
    withdrawn = {record["decision_id"] for record in records if record["kind"] == "withdrawn"}
    for record in records:
        if record["kind"] == "state":
            _follow(stopped, record, acknowledged)
        elif record["kind"] == "decision" and record["decision"] == "permit" and record["decision_id"] not in withdrawn:
            (late if record["actor"] in stopped else before)["permits"] += 1
        elif record["kind"] == "outcome" and record["happening"] == "strike_commanded":
            at = parse_rfc3339(record["point_at"]) or 0
            (late if at > stopped.get(record["actor"], at) else before)["strikes"] += 1
    return dict(late), dict(before)


def _follow(stopped: dict[str, int], record: dict[str, Any], acknowledged: dict[str, int]) -> None:
    for each in record["actors"]:
        if record.get("stop") in acknowledged:
            stopped[each["id"]] = acknowledged[record["stop"]]
        else:
            stopped.pop(each["id"], None)
