"""What this machine can do at best, measured in the same minute as everything else."""

import os
import statistics
import time
from pathlib import Path

ROUNDS = 200
RECORD = b"x" * 400


def sync_floor(folder: Path, rounds: int = ROUNDS) -> dict[str, float]:
    """One 400-byte append and fdatasync: median and 99th percentile, milliseconds."""
    path = folder / "floor"
    took = []
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    try:
        for _ in range(rounds):
            began = time.perf_counter()
            os.write(descriptor, RECORD)
            os.fdatasync(descriptor)
            took.append((time.perf_counter() - began) * 1000)
    finally:
        os.close(descriptor)
        path.unlink()
    return {"p50_ms": round(statistics.median(took), 3), "p99_ms": round(sorted(took)[int(rounds * 0.99)], 3)}


def processor_seconds(pid: int) -> float:
    """Processor time of a process so far, all its threads, user and system."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
