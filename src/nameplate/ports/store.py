"""Where the registry is kept between starts: a projection of the journal, which alone is the truth."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, Protocol

from nameplate.domain.registry import Registry, Touched
from nameplate.domain.rollouts import Declared, Noted, Place, Tally


class Store(Protocol):
    """Keeps a registry. Deleting it loses nothing: folding the whole journal gives the same again.

    Every method raises `Unavailable` when the store cannot be used; its remedy says how to go on.
    """

    def load(self) -> Registry:
        """The registry as of one moment, with `seq` as it was saved; empty when nothing was saved yet."""
        ...

    def save(self, registry: Registry, touched: Iterable[Touched], seq: int, noted: Noted | None = None) -> None:
        """Bring over what `touched` names, and that all records up to `seq` count. All of it or nothing.

        `noted`: what these records say about the rollout, to be added to what is kept of it.

        `touched` is all that was touched since the last save that succeeded. The registry must stand at `seq`, a
        record that is durable; raises ValueError when it stands elsewhere.
        """
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...


class Refused(NamedTuple):
    """What enforcing would have refused at one place."""

    place: Place
    tally: Tally


class RolloutTables(Protocol):
    """What is kept of the rollout, by the hour, for `KEPT_DAYS`. Methods raise `Unavailable` as those of `Store` do."""

    def refused(self, since: int, point: str, after: Place | None, limit: int) -> Sequence[Refused]:
        """What was counted since the start of that hour (microseconds, UTC), in the order of the places, after `after`.

        `point`: of this point alone, or of all for the empty text.
        """
        ...

    def declared(self, point: str) -> Sequence[Declared]:
        """Everything that was declared of a point, oldest first."""
        ...


KEPT_DAYS = 90
