"""One export, as the managing process sees it."""

from typing import Any, Protocol


class Exporter(Protocol):
    """Carries the journal to one sink."""

    async def run(self) -> None:
        """Until cancelled."""
        ...

    def status(self) -> dict[str, Any]:
        """What `GET /v1/sinks` says of it: `status` (`ok` or why nothing goes out), `lag_records`, `lag_seconds`..."""
        ...

    async def replay(self, begin: int, end: int) -> None:
        """Send again what happened from `begin` to `end` (microseconds, UTC), in a session of its own.

        How far it is stands in `status()["replay"]`. Raises what the sink raises.
        """
        ...

    def letters(self) -> list[dict[str, Any]]:
        """What the receiver refused for good. Reads a file; raises `Unavailable`."""
        ...

    async def retry(self) -> dict[str, int]:
        """Offer those once more: how many were `sent`, and how many `refused` again. Raises what the sink raises."""
        ...
