"""Loading and saving, each in one transaction."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, bindparam, delete, insert, select
from sqlalchemy.exc import DatabaseError

from nameplate.domain.errors import Invalid, Unavailable
from nameplate.domain.registry import Registry, Touched
from nameplate.domain.rollouts import Declared, Noted, Place
from nameplate.ports.store import Refused

from . import rollout
from .rows import KEPT, Kept
from .schema import open_engine, opening, upgrade
from .tables import APPLIED_SEQ, META, RESTORED_AT


class SqliteStore:
    """The registry in the file at `path`; see `ports.store.Store`. Opens and upgrades it at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._engine = open_engine(path)
        except OSError as error:
            raise Unavailable(
                "tables_unreachable",
                f"{path} cannot be opened: {error.strerror}.",
                "Check that its folder is there and belongs to the user that runs Nameplate.",
            ) from error
        with opening(self._engine), self._transaction(writes=True) as connection:
            upgrade(connection, path)

    def load(self) -> Registry:
        """The registry as of one moment, with `seq` as it was saved."""
        registry = Registry()
        with self._transaction() as connection:
            for table, restore in {kept.table: kept.restore for kept in KEPT.values()}.items():
                for row in connection.execute(select(table)):
                    restore(registry, tuple(row))
            registry.seq, registry.restored_at = (connection.execute(each).scalar() or 0 for each in (_SEQ, _RESTORED))
        if registry.actors.keys() != registry.standings.keys():
            raise self._unreadable()
        return registry

    def save(self, registry: Registry, touched: Iterable[Touched], seq: int, noted: Noted | None = None) -> None:
        """Bring over what `touched` names; see the port."""
        if registry.seq != seq:
            raise ValueError(f"the registry stands at record {registry.seq}, not {seq}")
        named: dict[str, dict[str, None]] = {}
        for kind, ident in touched:
            if kind in KEPT:
                named.setdefault(kind, {})[ident] = None
        with self._transaction(writes=True) as connection:
            for kind, idents in named.items():
                _replace(connection, KEPT[kind], registry, list(idents))
            if noted is not None:
                rollout.add(connection, noted)
            connection.execute(delete(META).where(META.c.name.in_((APPLIED_SEQ, RESTORED_AT))))
            kept = ((APPLIED_SEQ, seq), (RESTORED_AT, registry.restored_at))
            connection.execute(insert(META), [{"name": name, "value": value} for name, value in kept])

    def refused(self, since: int, point: str, after: Place | None, limit: int) -> list[Refused]:
        """See `RolloutTables`."""
        with self._transaction() as connection:
            return rollout.refused(connection, since, point, after, limit)

    def declared(self, point: str) -> list[Declared]:
        """See `RolloutTables`."""
        with self._transaction() as connection:
            return rollout.declared(connection, point)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    @contextmanager
    def _transaction(self, *, writes: bool = False) -> Iterator[Connection]:
        try:
            with self._engine.execution_options(writes=writes).begin() as connection:
                yield connection
        except (DatabaseError, Invalid, ValueError, TypeError) as error:
            raise self._busy(error) if _will_pass(error) else self._unreadable() from error

    def _busy(self, error: Exception) -> Unavailable:
        return Unavailable(
            "tables_busy",
            f"{self._path} cannot be used now: {getattr(error, 'orig', error)}.",
            "Free space on its disk, or end what else has it open; then start again.",
        )

    def _unreadable(self) -> Unavailable:
        return Unavailable(
            "tables_unreadable",
            f"{self._path} is damaged.",
            f"Delete it, with {self._path.name}-wal and {self._path.name}-shm: it is built again from the journal.",
        )


_AROUND = frozenset(
    (
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
    )
)
_SEQ, _RESTORED = (select(META.c.value).where(META.c.name == name) for name in (APPLIED_SEQ, RESTORED_AT))


def _will_pass(error: Exception) -> bool:
    """Whether the fault lies around the file, not in it (primary result codes of SQLite)."""
    return getattr(getattr(error, "orig", None), "sqlite_errorcode", 0) & 0xFF in _AROUND


def _replace(connection: Connection, kept: Kept, registry: Registry, idents: list[str]) -> None:
    # Delete, then insert: the same statements for every database.
    gone = delete(kept.table).where(kept.table.c[kept.key] == bindparam("gone"))
    for column, value in kept.fixed.items():
        gone = gone.where(kept.table.c[column] == value)
    connection.execute(gone, [{"gone": ident} for ident in idents])
    rows = [row for ident in idents if (row := kept.row(registry, ident))]
    if rows:
        connection.execute(insert(kept.table), rows)
