"""One running export, as the managing process sees it."""

from typing import Any, Protocol


class Exporter(Protocol):
    """Carries the journal to one sink."""

    async def run(self) -> None:
        """Until cancelled."""
        ...

    def status(self) -> dict[str, Any]:
        """`status` (a word), `lag_records`, `lag_seconds`."""
        ...
