"""Rates: an exact sliding log. Bounded by the limit: more permits than that are never in force at once."""

from collections import deque

from .contracts import Rate


class RateLog:
    """The latest permits under one grant, an actor at a time. Times are monotonic seconds."""

    __slots__ = ("_limit", "_permits", "_seconds")

    def __init__(self, rate: Rate) -> None:
        self._limit = rate.limit
        self._seconds = rate.seconds
        self._permits: dict[str, deque[float]] = {}

    def is_exhausted(self, actor: str, mono: float) -> bool:
        """Whether one more permit now would be more than the limit within the period."""
        permits = self._permits.get(actor, ())
        return len(permits) >= self._limit and (not permits or mono - permits[0] < self._seconds)

    def count(self, actor: str, mono: float) -> None:
        """Record a permit that was given."""
        permits = self._permits.get(actor)
        if permits is None:
            permits = self._permits[actor] = deque(maxlen=max(self._limit, 0))
        permits.append(mono)

    def forget(self, actor: str) -> None:
        """Drop what is known about an actor that no longer exists."""
        self._permits.pop(actor, None)
