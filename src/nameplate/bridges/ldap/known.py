"""Whom a directory was last seen to hold, by their ids alone: who is gone at the next start is found by it.

Neither names nor addresses are kept here: those lie with the names of people only.
"""

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

FORMAT = "nameplate-directory/1"


class KnownFile:
    """A JSON file that is always replaced as a whole. One that is damaged or of other settings counts as none."""

    def __init__(self, path: Path, digest: str) -> None:
        self._path, self._digest = path, digest

    def load(self) -> dict[str, set[str]]:
        """The ids by kind."""
        try:
            members = json.loads(self._path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return {}
        if not isinstance(members, dict) or (members.get("format"), members.get("of")) != (FORMAT, self._digest):
            return {}
        held = members.get("held")
        return {str(kind): set(map(str, ids)) for kind, ids in held.items()} if isinstance(held, dict) else {}

    def save(self, held: Mapping[str, Iterable[str]]) -> None:
        """Keep them. Raises OSError."""
        members = {"format": FORMAT, "of": self._digest, "held": {kind: sorted(ids) for kind, ids in held.items()}}
        fresh = self._path.with_name(self._path.name + ".new")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(members, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
