"""A connection to another of our own processes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Peer(Protocol):
    """The other end. `uid`: its user by the kernel's word; `name`: whom it has proved to be, empty before."""

    name: str
    closed: asyncio.Event

    @property
    def uid(self) -> int:
        """User id of the other process."""
        ...

    async def call(self, verb: str, body: Any, answer: type[T], timeout: float = 30.0) -> T:
        """Ask the other side; raises what it raised, `Unavailable` if it is gone or silent, `Invalid` on nonsense."""
        ...

    async def close(self) -> None:
        """End the connection."""
        ...


Handler = Callable[[Any, bytes], Awaitable[Any]]
