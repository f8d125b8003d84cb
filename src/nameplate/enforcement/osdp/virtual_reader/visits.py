"""One door that belongs to a panel, seen as a state machine without I/O: whose card was presented, and who passed.

People pass the same door with cards of their own: an opening that follows from nobody's grant is no alarm here.
"""

from nameplate.domain.outcomes import Happening
from nameplate.enforcement.osdp.crossing import REPORT_DELAY_S, Grant, Seen


class Visits:
    """The state of one door. Times are monotonic seconds. `open_s`: how long the panel keeps the door released."""

    def __init__(self, open_s: float) -> None:
        self._open_s = open_s
        self._grant: Grant | None = None
        self._lapses_at = 0.0
        self._leaf_open = self._entered = self._sees = False

    @property
    def grant(self) -> Grant | None:
        """Whose crossing is under way or about to begin."""
        return self._grant

    def free_for(self, actor: str, reader: str) -> bool:
        """Whether a card may be presented for `actor` now."""
        return self._grant is None or (self._grant.actor, self._grant.reader) == (actor, reader)

    def begin(self, grant: Grant, now: float, wait_s: float) -> None:
        """A card is on its way to the panel, which may take `wait_s` to decide. Only after `free_for`."""
        self._grant, self._entered = grant, False
        self._lapses_at = now + wait_s + self._open_s + REPORT_DELAY_S

    def refused(self) -> None:
        """The panel has not let anybody in."""
        self._grant = None

    def leaf(self, now: float, *, is_open: bool) -> list[Seen]:
        """The door contact reported, where one is wired to our reader."""
        self._sees = True
        if is_open == self._leaf_open:
            return []
        self._leaf_open = is_open
        if is_open:
            self._entered = self._grant is not None and now <= self._lapses_at
            return [Seen(Happening.DOOR_OPENED, self._grant if self._entered else None)]
        return self._closed()

    def tick(self, now: float) -> list[Seen]:
        """Time passed."""
        if self._grant is None or self._entered or now <= self._lapses_at:
            return []
        grant, self._grant = self._grant, None
        # Without a contact nobody can say whether somebody passed.
        return [Seen(Happening.NO_PASSAGE, grant)] if self._sees else []

    def _closed(self) -> list[Seen]:
        if self._grant is None or not self._entered:
            return [Seen(Happening.DOOR_CLOSED)]
        grant, self._grant, self._entered = self._grant, None, False
        return [Seen(Happening.PASSAGE, grant), Seen(Happening.DOOR_CLOSED, grant)]
