"""What a data directory's journal holds."""

import json
from pathlib import Path
from typing import Any

from nameplate.boot.journal import reader


def records(data: Path, kind: str = "") -> list[dict[str, Any]]:
    found = (json.loads(entry.raw) for entry in reader(data).read())
    return [record for record in found if kind in ("", record["kind"])]
