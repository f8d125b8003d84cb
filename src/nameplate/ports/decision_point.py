"""What an enforcement point asks, and what it must be able to do when told. Never says where the decision is made."""

from collections.abc import Awaitable, Callable, Mapping
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

    async def rekey(self, door: str, key: bytes) -> bool:
        """Have the reader of `door` take another transport key; whether it has.

        Raises `Refused` or `NotFound`, and nothing was sent to it then; `Unavailable` when nobody can know yet.
        """
        ...

    def expect_keys(self, keys: Mapping[str, bytes]) -> None:
        """The readers of these doors may have taken these keys already: find out, and report it."""
        ...


Clock = Callable[[], int]
Monotonic = Callable[[], float]
Sleep = Callable[[float], Awaitable[None]]
