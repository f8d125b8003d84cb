"""Opening the file: its rights, its settings, and the version of its tables."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as Driver
from typing import NamedTuple

from sqlalchemy import (
    URL,
    Column,
    Connection,
    Engine,
    MetaData,
    String,
    Table,
    create_engine,
    event,
    insert,
    inspect,
    select,
)

from nameplate.domain.errors import Unavailable

from . import people_tables
from .tables import METADATA

HEAD = "0003"
_VERSION = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))
"""As Alembic makes and reads it."""
_SETTINGS = ("busy_timeout=5000", "journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON", "trusted_schema=OFF")


class Lineage(NamedTuple):
    """The versions of a file. `scripts`: where the steps from each to the next are. `remedy`: for one that is newer.

    `unversioned`: whether there were tables of it before it had versions.
    """

    head: str
    older: frozenset[str]
    scripts: str
    remedy: str
    tables: MetaData
    unversioned: bool = False


TABLES = Lineage(
    HEAD,
    frozenset({"0001", "0002"}),
    "nameplate.stores.sqlite:migrations",
    "or delete {path}: it is built again from the journal.",
    METADATA,
)
PEOPLE = Lineage(
    "0002",
    frozenset({"0001"}),
    "nameplate.stores.sqlite:people_migrations",
    "or restore a backup of this version: it cannot be built again.",
    people_tables.METADATA,
    unversioned=True,
)


def open_engine(path: Path) -> Engine:
    """An engine on the file at `path`, created if need be; readable by its owner alone."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)
    engine = create_engine(URL.create("sqlite", database=str(path)))
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", _begin)
    return engine


@contextmanager
def opening(engine: Engine) -> Iterator[None]:
    """The first use of an engine: where it fails, nobody is left who could close it."""
    try:
        yield
    except BaseException:
        engine.dispose()
        raise


def _configure(connection: Driver, _record: object) -> None:
    # The driver would begin transactions by itself, late, and never for reading: we say when.
    connection.isolation_level = None
    for setting in _SETTINGS:
        connection.execute(f"PRAGMA {setting}")


def _begin(connection: Connection) -> None:
    # One that writes takes its lock at once: it would fail if another wrote between its reading and its writing.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def upgrade(connection: Connection, path: Path, lineage: Lineage = TABLES) -> None:
    """Bring the tables to this version; a new file gets them at once. Raises Unavailable for tables of a newer one."""
    found = _version(connection)
    if found == lineage.head:
        return
    if found is None:
        _create(connection, lineage)
        return
    if found not in lineage.older:
        raise Unavailable(
            "tables_newer",
            f"{path} was written by another version of Nameplate (tables {found}, known here {lineage.head}).",
            f"Start that version, {lineage.remedy.format(path=path)}",
        )
    # A quarter of a second to import, and most starts do not need it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", lineage.scripts)
    config.attributes["connection"] = connection
    command.upgrade(config, lineage.head)


def _create(connection: Connection, lineage: Lineage) -> None:
    # Tables of a file that has no version are not ours, unless it is older than its versions.
    lineage.tables.create_all(connection, checkfirst=lineage.unversioned)
    _VERSION.create(connection, checkfirst=False)
    connection.execute(insert(_VERSION).values(version_num=lineage.head))


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(select(_VERSION.c.version_num)).scalar()
