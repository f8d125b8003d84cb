"""How fast records become durable, beside what this machine's disk can do at most, measured in turn."""

import asyncio
import os
import statistics
import time
from pathlib import Path
from typing import Any, NamedTuple

from nameplate.boot.deciding import assemble
from nameplate.boot.settings import Settings
from nameplate.entry.bench.floors import sync_floor
from nameplate.ports.journal import Journal

APPENDERS = 64
ROUNDS = 5
_BODY = (
    b'{"kind":"bench","actor":"amr-17","action":"enter","resource":"door:L1-pharmacy-entrance","decision":"permit",'
    b'"reason":"permitted","contract_revision":7,"context":{"task":"t-4711","payload":"medication","presence":"reader"}}'
)


class Slice(NamedTuple):
    """One turn: how many records became durable, in which time, for how much processor time; and the floor."""

    records: int
    seconds: float
    processor_seconds: float
    floor_per_second: float


def run(data_dir: Path, seconds: float) -> dict[str, Any]:
    """Append from 64 tasks for about `seconds`; `data_dir` is an empty folder on the disk to measure."""
    return asyncio.run(_measure(data_dir, seconds))


async def _measure(data_dir: Path, seconds: float) -> dict[str, Any]:
    deciding = assemble(Settings(data=data_dir / "data"))
    try:
        append_us = _append_cost(deciding.journal)
        slices = [await _slice(deciding.journal, data_dir, seconds / ROUNDS) for _ in range(ROUNDS)]
    finally:
        await deciding.journal.close()
    return {"append_us": append_us, **_figures(slices), "sync": sync_floor(data_dir)}


async def _slice(journal: Journal, folder: Path, seconds: float) -> Slice:
    """A short turn at the floor, then one with the journal: both meet the same other load."""
    floor = _group_floor(folder, seconds / 4)
    first, began, used = journal.next_seq, time.perf_counter(), time.process_time()
    await asyncio.gather(*(_appender(journal, began + seconds) for _ in range(APPENDERS)))
    took = time.perf_counter() - began
    return Slice(journal.next_seq - first, took, time.process_time() - used, floor)


async def _appender(journal: Journal, until: float) -> None:
    while time.perf_counter() < until:
        await journal.append(_BODY, time.time_ns() // 1000)


def _append_cost(journal: Journal) -> float:
    """Processor microseconds on the event loop for one append, without its share of the sync."""
    count = 5_000
    began = time.thread_time()
    for _ in range(count):
        journal.append(_BODY, time.time_ns() // 1000)
    return round((time.thread_time() - began) / count * 1e6, 2)


def _group_floor(folder: Path, seconds: float) -> float:
    """Records a second if a group of 64 cost nothing but its write and its sync."""
    group = b"x" * (len(_BODY) + 120) * APPENDERS
    path = folder / "floor"
    fd = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    began, count = time.perf_counter(), 0
    try:
        while time.perf_counter() - began < seconds:
            os.write(fd, group)
            os.fdatasync(fd)
            count += 1
        return count * APPENDERS / (time.perf_counter() - began)
    finally:
        os.close(fd)
        path.unlink()


def _figures(slices: list[Slice]) -> dict[str, Any]:
    rates = [turn.records / turn.seconds for turn in slices]
    return {
        "appenders": APPENDERS,
        "records": sum(turn.records for turn in slices),
        "records_per_second": round(statistics.median(rates)),
        "cpu_us_per_record": round(
            statistics.median(turn.processor_seconds / turn.records for turn in slices) * 1e6, 1
        ),
        "floor_records_per_second": round(statistics.median(turn.floor_per_second for turn in slices)),
        "of_floor": round(
            statistics.median(rate / turn.floor_per_second for rate, turn in zip(rates, slices, strict=True)), 2
        ),
    }
