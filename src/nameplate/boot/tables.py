"""Opening the tables. They are never trusted alone: what they know and the journal does not, never happened."""

from pathlib import Path
from typing import TYPE_CHECKING

import structlog

from nameplate.domain.errors import Unavailable
from nameplate.domain.registry import Registry
from nameplate.journals.segments.reader import durable_size, first_seq

if TYPE_CHECKING:
    from nameplate.stores.sqlite import SqliteStore

log = structlog.get_logger()


def load_tables(path: Path, journal: Path) -> Registry:
    """What the tables hold, as of their last record; empty when they are not there yet.

    Call it before anything is added to the journal: only then can tables that are ahead of it be told from others.
    """
    if not path.exists():
        return Registry()
    store, registry = open_tables(path, journal)
    store.close()
    return registry


def open_tables(path: Path, journal: Path) -> "tuple[SqliteStore, Registry]":
    """The tables for writing, with what they hold; new ones in the place of such as do not meet the journal."""
    from nameplate.stores.sqlite import SqliteStore

    last = durable_size(journal) or 0
    store = SqliteStore(path)
    try:
        registry = store.load()
    except Unavailable:
        store.close()
        raise
    if first_seq(journal) - 1 <= registry.seq <= last:
        return store, registry
    # Ahead: the journal was set back, and its next records get numbers that these tables believe to have applied.
    # Too far behind: what they lack was pruned, and what they hold of deleted things would stay.
    log.warning("the tables do not meet the journal and are built again", tables=registry.seq, journal=last)
    store.close()
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    return SqliteStore(path), Registry()
