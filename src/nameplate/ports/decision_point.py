"""What an enforcement point asks, and what it must be able to do when told. Never says where the decision is made."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from nameplate.domain.outcomes import Outcome
from nameplate.domain.stops import Stop
from nameplate.domain.verdicts import Decision


class DecisionPoint(Protocol):
    """Decides. Every method raises `Unavailable` when the deciding process cannot be reached: deny, and try again."""

    async def challenge(self, door: str, reader: str) -> bytes:
        """A fresh challenge (`presence.Challenge`, 58 bytes) for whoever stands at `reader`; any earlier one ends."""
        ...

    async def present(self, door: str, reader: str, answer: bytes) -> Decision:
        """Identify, decide and record. `answer` is what came back through the reader, unchecked."""
        ...

    def report(self, outcome: Outcome) -> None:
        """Record what was done or seen. Never blocks; kept and sent later while the deciding process is away."""
        ...

    @property
    def online(self) -> bool:
        """Whether the deciding process can be reached now."""
        ...


class StopsApplied(Protocol):
    """What an enforcement point offers in return."""

    def apply_stop(self, stop: Stop) -> None:
        """Drop whatever was permitted to these actors and is not yet under way. Must not block."""
        ...

    def begin_install(self, door: str, seconds: float) -> None:
        """Let the reader of `door` take its transport key within `seconds`. Logged from begin to end."""
        ...


Clock = Callable[[], int]
Monotonic = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]
