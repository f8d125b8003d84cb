"""One door, seen as a state machine without I/O: who was let through, and what the door leaf did.

One grant is one unit. While a grant stands, nobody else is let through: with a door contact alone nobody could say who
passed. The same unit at the same reader may ask again, which gives it more time.
"""

from typing import NamedTuple

from nameplate.domain.outcomes import Happening

# How much later than the strike lapses the report of an opened door may still arrive.
REPORT_DELAY_S = 1.0


class Grant(NamedTuple):
    """A permit that was turned into a strike. `warned`: it will be refused once its place is enforced."""

    actor: str
    decision_id: str
    reader: str
    from_zone: str
    to_zone: str
    warned: bool = False


class Seen(NamedTuple):
    """Something that happened at the door; `grant` is the one that it followed from."""

    happening: Happening
    grant: Grant | None = None
    detail: tuple[tuple[str, bool], ...] = ()


class Crossing:
    """The state of one door. Times are monotonic seconds.

    `strike_s`: how long the strike stays released; `pass_s`: how long the leaf may then stand open.
    """

    def __init__(self, strike_s: float, pass_s: float) -> None:
        self._strike_s, self._pass_s = strike_s, pass_s
        self._leaf_open = False
        self._grant: Grant | None = None
        self._entered = False
        self._lapses_at = self._held_at = 0.0
        self._held = self._rex = self._blind = False
        self._rex_until = float("-inf")

    @property
    def grant(self) -> Grant | None:
        """Whose crossing is under way or about to begin."""
        return self._grant

    def free_for(self, actor: str, reader: str) -> bool:
        """Whether the door may be released for `actor` now."""
        return self._grant is None or (self._grant.actor, self._grant.reader) == (actor, reader)

    def begin(self, grant: Grant, now: float) -> None:
        """The strike is being released for `grant`. Only after `free_for`."""
        self._grant = grant
        self._entered = self._leaf_open
        self._lapses_at = now + self._strike_s + REPORT_DELAY_S
        self._held_at = now + self._pass_s

    def lose_sight(self) -> None:
        """The reader is gone: until it reports again, nothing is known of the leaf."""
        self._blind = True

    def exit_button(self, now: float, *, pressed: bool) -> None:
        """The request-to-exit input changed."""
        if self._rex and not pressed:
            self._rex_until = now + self._strike_s
        self._rex = pressed

    def leaf(self, now: float, *, is_open: bool) -> list[Seen]:
        """The door contact reported."""
        self._blind = False
        if is_open == self._leaf_open:
            return []
        self._leaf_open = is_open
        return self._opened(now) if is_open else self._closed()

    def tick(self, now: float) -> list[Seen]:
        """Time passed."""
        if self._grant is not None and not self._entered and now > self._lapses_at:
            grant, self._grant = self._grant, None
            return [Seen(Happening.NO_PASSAGE, grant, (("unseen", True),) if self._blind else ())]
        if self._leaf_open and not self._held and now > self._held_at:
            self._held = True
            return [Seen(Happening.DOOR_HELD, self._grant)]
        return []

    def _opened(self, now: float) -> list[Seen]:
        self._held_at = now + self._pass_s
        if self._grant is not None and now <= self._lapses_at:
            self._entered = True
            return [Seen(Happening.DOOR_OPENED, self._grant)]
        if self._rex or now <= self._rex_until:
            return [Seen(Happening.DOOR_OPENED, None, (("exit_button", True),))]
        return [Seen(Happening.DOOR_FORCED)]

    def _closed(self) -> list[Seen]:
        was_held, self._held = self._held, False
        closed = Seen(Happening.DOOR_CLOSED, self._grant, (("held", True),) if was_held else ())
        if self._grant is None or not self._entered:
            return [closed]
        grant, self._grant = self._grant, None
        return [Seen(Happening.PASSAGE, grant), closed]
