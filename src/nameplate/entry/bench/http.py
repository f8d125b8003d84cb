"""Durable AuthZEN evaluations over HTTP, beside an empty POST on the same server and this machine's sync."""

import itertools
import json
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import uvloop

from nameplate.entry.progress import say
from nameplate.entry.serve.started import Server, running_server

from .floors import processor_seconds, sync_floor
from .load import Load, post, put_load
from .workload import CONTRACTS, GRANTS, RESOURCES, free_port, manifests

CONNECTIONS = 64
BATCH = 20
ROUNDS = 3
_MANAGING = (sys.executable, "-m", "nameplate.entry.bench.managing")
EVALUATION, EVALUATIONS = "/access/v1/evaluation", "/access/v1/evaluations"


def run(folder: Path, seconds: float, actors: int) -> dict[str, Any]:
    """`seconds`: length of each measurement; they take turns, ROUNDS times, and medians are given."""
    data = folder / "data"
    data.mkdir()
    with running_server(data, free_port()) as server:
        say(f"applying {actors} actors")
        for text in manifests(actors):
            server.client.post("/v1/apply", {"files": [{"name": "bench.yaml", "text": text}]})
        token = server.client.post("/v1/point-tokens", {"name": "bench"})["token"]
        kinds: dict[str, Callable[[], Iterator[bytes]]] = {
            "empty_post": lambda: itertools.repeat(post("/healthz", b"")),
            "evaluation": lambda: evaluations(actors, token),
            "batch": lambda: _posted(batches(actors), token),
            "mixed_batch": lambda: _posted(mixed_batches(actors), token),
        }
        figures: dict[str, Any] = {name: [] for name in kinds}
        for turn in range(ROUNDS):
            for name, requests in kinds.items():
                say(f"round {turn + 1} of {ROUNDS}: {name}")
                figures[name].append(_measure(server, requests(), seconds))
        managed = _under_management(server, folder, lambda: evaluations(actors, token), seconds)
        return _report(figures, managed, folder, actors)


def _measure(server: Server, requests: Iterator[bytes], seconds: float) -> dict[str, float]:
    decide = server.process("decide")
    before = processor_seconds(decide)
    load = uvloop.run(put_load(server.port, requests, CONNECTIONS, seconds))
    return _figures(load, processor_seconds(decide) - before)


def _figures(load: Load, processor: float) -> dict[str, float]:
    return {
        "per_second": round(load.count / load.seconds),
        "cpu_us": round(processor / max(1, load.count) * 1_000_000, 2),
        "p50_us": load.percentile_us(0.5),
        "p99_us": load.percentile_us(0.99),
        "p999_us": load.percentile_us(0.999),
        "failures": load.failures,
    }


def _under_management(server: Server, folder: Path, requests: Any, seconds: float) -> dict[str, Any]:
    """The same load with and without somebody who lists, exports and applies 1,000 actors all the time."""
    quiet, busy, rounds = [], [], 0
    for _ in range(ROUNDS):
        say("evaluations without management")
        quiet.append(_measure(server, requests(), seconds))
        say("evaluations while 1,000 actors are listed, exported and applied")
        manager = subprocess.Popen([*_MANAGING, str(server.data)], stdout=subprocess.PIPE)  # noqa: S603 - ourselves
        busy.append(_measure(server, requests(), seconds))
        manager.terminate()
        rounds += len(manager.communicate()[0].splitlines())
    without, under = _median(quiet, "p999_us"), _median(busy, "p999_us")
    return {
        "p999_us_without": without,
        "p999_us_under": under,
        "ratio": round(under / without, 2),
        "management_rounds": rounds,
    }


def _report(figures: dict[str, Any], managed: dict[str, Any], folder: Path, actors: int) -> dict[str, Any]:
    medians = {name: {key: _median(rounds, key) for key in rounds[0]} for name, rounds in figures.items()}
    empty, single = medians["empty_post"]["cpu_us"], medians["evaluation"]["cpu_us"]
    batched, mixed = (round(medians[name]["cpu_us"] / BATCH, 2) for name in ("batch", "mixed_batch"))
    return {
        "actors": actors,
        "connections": CONNECTIONS,
        "sync_floor": sync_floor(folder),
        **medians,
        "batch_size": BATCH,
        "batch_cpu_us_per_decision": batched,
        "mixed_batch_cpu_us_per_decision": mixed,
        "evaluation_over_empty_post": round(single / empty, 2),
        "batched_decision_over_empty_post": round(batched / empty, 2),
        "mixed_decision_over_empty_post": round(mixed / empty, 2),
        "single_over_batched_decision": round(single / batched, 2),
        "single_over_mixed_decision": round(single / mixed, 2),
        "management_load": managed,
    }


def _median(rounds: list[dict[str, float]], key: str) -> float:
    return sorted(each[key] for each in rounds)[len(rounds) // 2]


def evaluations(actors: int, token: str) -> Iterator[bytes]:
    """The bytes of AuthZEN evaluations, without end, the same at every call."""
    made = [post(EVALUATION, json.dumps(each).encode(), token) for each in questions(actors, 5_000)]
    return itertools.cycle(made)


def _posted(asked: list[dict[str, Any]], token: str) -> Iterator[bytes]:
    return itertools.cycle([post(EVALUATIONS, json.dumps(each).encode(), token) for each in asked])


def batches(actors: int) -> list[dict[str, Any]]:
    """May this subject do that to each of twenty resources? What they share stands once (AuthZEN 1.0, 7.1.1)."""
    made = random.Random(7)  # noqa: S311 - a workload, repeatable
    return [_batch(made, made.randrange(actors)) for _ in range(250)]


def _batch(made: random.Random, number: int) -> dict[str, Any]:
    usual, *others = (_question(made, number) for _ in range(BATCH))
    resources = [usual.pop("resource"), *(other["resource"] for other in others)]
    return usual | {"evaluations": [{"resource": resource} for resource in resources]}


def mixed_batches(actors: int) -> list[dict[str, Any]]:
    """Twenty questions about twenty subjects; they share nothing."""
    asked = questions(actors, 5_000)
    return [{"evaluations": asked[start : start + BATCH]} for start in range(0, len(asked), BATCH)]


def questions(actors: int, count: int) -> list[dict[str, Any]]:
    """So many AuthZEN evaluations, the same at every call."""
    made = random.Random(7)  # noqa: S311 - a workload, repeatable
    return [_question(made, made.randrange(actors)) for _ in range(count)]


def _question(made: random.Random, number: int) -> dict[str, Any]:
    """Two in three lie within the contract; of the others the resource or the network is wrong."""
    role, wrong = number % CONTRACTS, made.randrange(6)
    grant, network = made.randrange(GRANTS), role
    if wrong == 0:
        grant += GRANTS
    elif wrong == 1:
        network = (role + 5) % CONTRACTS
    return {
        "subject": {"type": "actor", "id": f"unit-{number}"},
        "action": {"name": made.choice(("read", "write"))},
        "resource": {"type": "app", "id": f"r{(role * 7 + grant) % RESOURCES}"},
        "context": {"ip": f"10.{network}.0.{made.randrange(1, 255)}", "task": "t-1", "payload": "none"},
    }
