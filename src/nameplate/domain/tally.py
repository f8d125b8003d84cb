"""How many decisions were told, with which reasons, and how long they took."""

from collections import defaultdict
from collections.abc import Sequence

from .figures import Histogram
from .verdicts import Reason, Verdict


class Tally:
    """From the start of the process on. `answered`: by permit and first reason. `taken`: seconds."""

    __slots__ = ("answered", "taken")

    def __init__(self) -> None:
        self.answered: dict[tuple[bool, Reason], int] = defaultdict(int)
        self.taken = Histogram()

    def count(self, verdicts: Sequence[Verdict], seconds: float) -> None:
        """Some more, told together."""
        answered = self.answered
        for verdict in verdicts:
            answered[verdict[:2]] += 1
        self.taken.observe(seconds, len(verdicts))

    @property
    def permits(self) -> int:
        """How many permits."""
        return sum(count for (permit, _), count in self.answered.items() if permit)

    @property
    def denials(self) -> int:
        """How many denials."""
        return sum(self.answered.values()) - self.permits
