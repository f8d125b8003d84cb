"""`python -m nameplate.entry.bench.managing DIR`: management without pause, a line for each round."""

import os
import sys
from pathlib import Path

from nameplate.entry.client import Client

from .workload import actor

ACTORS = 1_000
NICENESS = 10


def main() -> None:
    """List, export and apply 1,000 actors until ended. It stands for somebody elsewhere: what it computes itself must
    not take the processor from the server.
    """
    os.nice(NICENESS)
    client, turn = Client(Path(sys.argv[1])), 0
    while True:
        turn += 1
        client.get("/v1/actors?limit=1000")
        for _ in client.lines("/v1/export?format=ndjson"):
            pass
        text = "\n---\n".join(actor(number, f"Carries goods, round {turn}") for number in range(ACTORS))
        client.post("/v1/apply", {"files": [{"name": "round.yaml", "text": text}]})
        sys.stdout.write(f"{turn}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
