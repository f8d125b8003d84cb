"""One door, seen as a state machine without I/O: who was let through, and what the door leaf did.

One grant is one unit. While a grant stands, nobody else is let through: with a door contact alone nobody could say who
passed. The same unit at the same reader may ask again, which gives it more time. When the leaf has opened and closed
the door may be locked again at once; what opens it before that is a second passage on one grant, a convoy.

While a fire alarm releases the door nothing that would lock it is asked for, and what the leaf does is only recorded.
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

    `strike_s`: how long the strike stays released; `pass_s`: how long the leaf may then stand open. A grant may bring
    times of its own. `on_fire`: a fire alarm releases the door.
    """

    def __init__(self, strike_s: float, pass_s: float) -> None:
        self._strike_s, self._pass_s = strike_s, pass_s
        self._open_s = pass_s
        self.on_fire = False
        self._spent: Grant | None = None
        self._withdrawn = False
        self._released_until = float("-inf")
        self._tailed = False
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

    def begin(self, grant: Grant, now: float, strike_s: float | None = None, pass_s: float | None = None) -> None:
        """The strike is being released for `grant`, perhaps for times of its own. Only after `free_for`."""
        released_s = self._strike_s if strike_s is None else strike_s
        self._open_s = self._pass_s if pass_s is None else pass_s
        self._grant, self._spent, self._tailed = grant, None, False
        self._withdrawn = False
        self._entered = self._leaf_open
        self._released_until = now + released_s
        self._lapses_at = self._released_until + REPORT_DELAY_S
        self._held_at = now + self._open_s

    def lockable(self, now: float) -> bool:
        """Whether a strike that is still released has done its work and may be taken back without any harm."""
        used = self._spent is not None and not self._leaf_open and now < self._released_until
        return used and not (self.on_fire or self._rex or self._blind)

    def withdraw(self) -> None:
        """The permit of the grant that stands is withdrawn: see `retractable`."""
        self._withdrawn = self._grant is not None

    def retractable(self, now: float) -> bool:
        """Whether a strike may be taken back that nobody has used: the leaf is shut and no crossing has begun.

        Never where the exit button was pressed, while it burns, or while nobody sees the leaf.
        """
        unused = self._withdrawn and self._grant is not None and not self._entered and not self._leaf_open
        leaving = self._rex or now <= self._rex_until
        return unused and now < self._released_until and not (self.on_fire or leaving or self._blind)

    def retracted(self, now: float) -> None:
        """It was taken back. That the leaf opened before may still be reported; then the crossing goes on."""
        self._withdrawn, self._released_until = False, now
        self._lapses_at = min(self._lapses_at, now + REPORT_DELAY_S)

    def locked(self) -> None:
        """The strike was taken back: from now on the door does not open without a force."""
        self._spent = None

    def tailed_by(self, actor: str) -> bool:
        """Whether `actor` is another one that wants to go through an open door on somebody else's grant. Told once."""
        tails = self._leaf_open and self._grant is not None and self._grant.actor != actor and not self._tailed
        self._tailed |= tails
        return tails

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
            return [Seen(Happening.DOOR_HELD, self._grant, self._released())]
        return []

    def _opened(self, now: float) -> list[Seen]:
        self._held_at = now + self._open_s
        if self._grant is not None and now <= self._lapses_at:
            self._entered = True
            return [Seen(Happening.DOOR_OPENED, self._grant)]
        self._held_at = now + self._pass_s
        if self._rex or now <= self._rex_until:
            return [Seen(Happening.DOOR_OPENED, None, (("exit_button", True),))]
        spent, self._spent = self._spent, None
        if spent is not None and now <= self._released_until and not self.on_fire:
            return [Seen(Happening.DOOR_OPENED, None, (("convoy", True),)), Seen(Happening.CONVOY, spent)]
        return [Seen(Happening.DOOR_FORCED, None, self._released())]

    def _closed(self) -> list[Seen]:
        was_held, self._held = self._held, False
        closed = Seen(Happening.DOOR_CLOSED, self._grant, (("held", True),) if was_held else ())
        if self._grant is None or not self._entered:
            return [closed]
        grant, self._grant = self._grant, None
        self._spent = grant
        return [Seen(Happening.PASSAGE, grant), closed]

    def _released(self) -> tuple[tuple[str, bool], ...]:
        return (("fire", True),) if self.on_fire else ()
