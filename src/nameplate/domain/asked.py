"""Who asked, and how: the part of a question that decides nothing but is recorded."""

from typing import NamedTuple

from .traces import UNTRACED, Trace


class Asked(NamedTuple):
    """`point`: the enforcement point (or `local`) that asks. `request_id`, `trace`: the caller's own. `key`, `counter`:
    what the unit presented, if it proved itself at a reader. A simulated question has no effect.
    """

    point: str
    request_id: str | None = None
    simulated: bool = False
    key: str | None = None
    counter: int | None = None
    trace: Trace = UNTRACED
