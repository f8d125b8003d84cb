"""Where the registry is kept between starts: a projection of the journal, which alone is the truth."""

from collections.abc import Iterable
from typing import Protocol

from nameplate.domain.registry import Registry, Touched


class Store(Protocol):
    """Keeps a registry. Deleting it loses nothing: folding the whole journal gives the same again.

    Every method raises `Unavailable` when the store cannot be used; its remedy says how to go on.
    """

    def load(self) -> Registry:
        """The registry as of one moment, with `seq` as it was saved; empty when nothing was saved yet."""
        ...

    def save(self, registry: Registry, touched: Iterable[Touched], seq: int) -> None:
        """Bring over what `touched` names, and that all records up to `seq` count. All of it or nothing.

        `touched` is all that was touched since the last save that succeeded. The registry must stand at `seq`, a
        record that is durable; raises ValueError when it stands elsewhere.
        """
        ...

    def close(self) -> None:
        """Let go of the files."""
        ...
