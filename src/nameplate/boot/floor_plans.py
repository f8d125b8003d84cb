"""Plans of buildings in the data directory: each a file under the SHA-256 of its text, which the journal names."""

import hashlib
import time
from collections.abc import Collection
from pathlib import Path

from nameplate.domain.errors import Invalid, NotFound, Unavailable
from nameplate.keys.file.private import write_private

MAX_BYTES = 8_000_000
KEPT_S, MOST = 3_600, 8
"""Plans that nobody names any more stay for so long, and no more of them: a backup may be taking one."""
_AGAIN = "Give it again: nameplate site plan FILE --site SITE"


class FloorPlanFiles:
    """The plans in a folder. Any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, text: str) -> str:
        """Keep a plan, durably; returns its digest. Raises Invalid for one that is too large, OSError."""
        content = text.encode("utf-8")
        if len(content) > MAX_BYTES:
            raise Invalid("plan", f"A plan may have {MAX_BYTES} bytes.", "Split it by building, or remove its models.")
        digest = hashlib.sha256(content).hexdigest()
        write_private(self._path(digest), content)
        return digest

    def read(self, digest: str) -> str:
        """The plan of that digest. Raises NotFound where it is gone, Unavailable where it was altered."""
        try:
            content = self._path(digest).read_bytes()
        except OSError:
            raise NotFound("plan", "The plan is on record, but its file is gone.", _AGAIN) from None
        if hashlib.sha256(content).hexdigest() != digest:
            raise Unavailable("plan", "The file of the plan was altered.", _AGAIN)
        return content.decode("utf-8")

    def tidy(self, named: Collection[str]) -> None:
        """Remove what none of the digests `named` means, but for the newest that have just come."""
        before = time.time() - KEPT_S
        found = ((path.stat().st_mtime, path) for path in self._folder.glob("*.yaml") if path.stem not in named)
        for place, (at, path) in enumerate(sorted(found, reverse=True)):
            if place >= MOST or at < before:
                path.unlink(missing_ok=True)

    def _path(self, digest: str) -> Path:
        return self._folder / f"{digest}.yaml"
