"""Recorded decisions put to a draft: time and memory beside reading alone, and every answer beside the reference."""

import asyncio
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from nameplate.boot import clocks
from nameplate.boot.deciding import Deciding, assemble
from nameplate.boot.journal import reader
from nameplate.boot.manifests import read_manifests, write_manifest
from nameplate.boot.paths import Paths
from nameplate.boot.settings import Settings
from nameplate.boot.timezones import is_timezone
from nameplate.domain.asked import Asked
from nameplate.domain.manifests.documents import to_document
from nameplate.domain.networks import parse_address
from nameplate.domain.requests import AccessRequest
from nameplate.entry.progress import say
from nameplate.flows.apply import plan

from .workload import CONTRACTS, GRANTS, RESOURCES, manifests

ACTORS, GROUP, SEED = 1_000, 2_000, 20261122
NARROWED, KEPT = 10, 6
"""So many contracts keep only so many of their grants in the draft."""


def run(folder: Path, decisions: int) -> dict[str, Any]:
    """Record `decisions` decisions, then try a draft on them twice: as it is, and with every answer checked."""
    data, draft = folder / "data", folder / "draft.yaml"
    say(f"recording {decisions} decisions")
    text, expected = asyncio.run(_record(data, decisions))
    draft.write_text(text, "utf-8")
    began = time.perf_counter()
    bytes_read = sum(len(msgspec.json.decode(entry.raw)) and len(entry.raw) for entry in reader(data).read())
    floor = time.perf_counter() - began
    say("trying the draft, then again with every answer compared")
    quick, checked = (_try(data, draft, folder / "answer.json", verify) for verify in (0, 1))
    counts = checked["answer"]["counts"]
    return {
        "decisions": decisions,
        "record_bytes": bytes_read,
        "seconds": quick["seconds"],
        "decisions_per_second": round(decisions / quick["seconds"]),
        "peak_rss_bytes": quick["peak_rss_bytes"],
        "reading_alone_seconds": round(floor, 3),
        "times_reading": round(quick["seconds"] / floor, 2),
        "newly_denied": quick["answer"]["counts"]["newly_denied"],
        "expected_newly_denied": expected,
        "checked": {
            "seconds": checked["seconds"],
            "answers": counts["verified"],
            "mismatches": counts["mismatches"],
            "same_result": checked["answer"]["newly_denied"] == quick["answer"]["newly_denied"],
        },
    }


async def _record(data: Path, decisions: int) -> tuple[str, int]:
    """Real decisions, journalled for real; returns a draft, and how many of them it must deny."""
    Paths(data).create()
    parts = assemble(Settings(data=data))
    try:
        for text in manifests(ACTORS):
            made = plan(parts.registry, read_manifests(text, "bench.yaml"), is_timezone=is_timezone)
            await parts.declarer.declare(list(made.changes), "bench", parts.registry.seq)
        return "".join(_narrowed(parts)), await _ask(parts, decisions)
    finally:
        await parts.close()


def _narrowed(parts: Deciding) -> Iterator[str]:
    for number in range(NARROWED):
        contract = parts.registry.contracts[f"role-{number}"]
        yield write_manifest(to_document(replace(contract, grants=contract.grants[:KEPT])))


async def _ask(parts: Deciding, decisions: int) -> int:
    dice, lost = random.Random(SEED), 0  # noqa: S311 - a workload, not a secret
    for start in range(0, decisions, GROUP):
        weighed = []
        for _ in range(min(GROUP, decisions - start)):
            actor, grant, stranger = dice.randrange(ACTORS), dice.randrange(GRANTS), dice.random() < 0.2
            weighed.append(parts.authorizer.decide(_request(actor, grant, stranger=stranger), Asked("bench")))
            lost += weighed[-1][0].permit and actor % CONTRACTS < NARROWED and grant >= KEPT
        await parts.authorizer.release(parts.authorizer.record(weighed))
    return lost


def _request(actor: int, grant: int, *, stranger: bool) -> AccessRequest:
    """What its role grants; a stranger asks for what it does not."""
    role = actor % CONTRACTS
    resource = f"app:r{(role * 7 + grant) % RESOURCES}" if not stranger else "app:elsewhere"
    return AccessRequest(
        f"unit-{actor}", "read", resource, clocks.wall(), ip=parse_address(f"10.{role}.1.1"), task="t-1"
    )


def _try(data: Path, draft: Path, out: Path, verify: int) -> dict[str, Any]:
    """`contract try` in a process of its own, with its time and its peak of resident memory."""
    words = ["contract", "try", str(draft), "--since", "30d", "--verify", str(verify), "--data", str(data), "--json"]
    began = time.perf_counter()
    with out.open("wb") as file:
        process = subprocess.Popen([sys.executable, "-m", "nameplate", *words], stdout=file)  # noqa: S603 - ourselves
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    took = round(time.perf_counter() - began, 3)
    return {"seconds": took, "peak_rss_bytes": usage.ru_maxrss * 1024, "answer": json.loads(out.read_bytes())}
