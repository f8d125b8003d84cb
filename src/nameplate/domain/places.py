"""Sites, zones and doors. Direction at a door comes from the side on which its reader stands."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Site:
    """A building or plant under one set of owners. `timezone` is an IANA name."""

    id: str
    timezone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Zone:
    """A space that doors part from others. A public zone is open to every active actor.

    `anti_passback`: who is inside already may not enter again (`hard`), or is noted (`soft`); empty for neither.
    `reset_s`: after how long a passage no longer counts as being inside; None for never.
    """

    id: str
    site: str
    public: bool = False
    anti_passback: str = ""
    reset_s: int | None = None

    def is_inside(self, last_zone: str, since: int, at: int) -> bool:
        """Whether an actor whose last passage led into `last_zone` at `since` counts as inside (microseconds)."""
        return last_zone == self.id and (self.reset_s is None or at - since < self.reset_s * 1_000_000)


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader and the zone in which somebody who presents there stands."""

    id: str
    side: str


@dataclass(frozen=True, slots=True)
class Door:
    """A door that joins two zones, with its readers."""

    id: str
    site: str
    joins: tuple[str, str]
    readers: tuple[Reader, ...] = ()

    def beyond(self, side: str) -> str:
        """The zone on the other side of `side`."""
        first, second = self.joins
        return second if side == first else first

    def reader(self, reader_id: str) -> Reader | None:
        """The reader of that name, or None."""
        return next((reader for reader in self.readers if reader.id == reader_id), None)


@dataclass(frozen=True, slots=True)
class Team:
    """Who owns actors. `escalation`: where alarms about them go. `group`: its people, as a group upstream is called."""

    id: str
    name: str = ""
    escalation: tuple[str, ...] = ()
    group: str = ""
