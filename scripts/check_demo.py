"""Hold the summary of `nameplate demo --json` against what a demo must have shown. Exit 1 names what it did not."""

import json
import sys
from pathlib import Path
from typing import Any


def shortcomings(summary: dict[str, Any]) -> list[str]:
    """What the demo failed to show, in words; empty when all is well."""
    journal = summary.get("journal", {})
    checks = {
        "nothing was permitted": summary.get("permits", 0) > 0,
        "nothing was refused": summary.get("denials", 0) > 0,
        "no stop was acknowledged": any(stop.get("receipts") for stop in summary.get("stops", [])),
        "the journal was altered": journal.get("integrity") == "ok",
        "the journal is not complete": journal.get("completeness") == "ok",
    }
    return [fault for fault, fine in checks.items() if not fine]


def main() -> None:
    """Read the file named by the first argument."""
    faults = shortcomings(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    sys.exit("The demo fell short: " + "; ".join(faults) if faults else None)


if __name__ == "__main__":
    main()
