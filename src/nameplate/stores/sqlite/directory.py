"""The `Directory` port, in the file of people."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from sqlite3 import Connection as Driver
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, event, func, insert, select, true
from sqlalchemy.exc import DatabaseError

from nameplate.domain.errors import Unavailable
from nameplate.ports.directory import Entry, Membership

from .people_tables import LOOKUPS, MEMBERS, RESOURCES
from .schema import PEOPLE, open_engine, opening, upgrade

SLICE = 500
_COLUMNS = ("bridge", "id", "kind", "version", "key", "actor", "made", "created", "modified")


class SqliteDirectory:
    """See `ports.directory.Directory`. Owned by one process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._engine = open_engine(path)
        event.listen(self._engine, "connect", _be_durable)
        with opening(self._engine), self._transaction(writes=True) as connection:
            upgrade(connection, path, PEOPLE)

    def get(self, bridge: str, ident: str) -> Entry | None:
        """See the port."""
        found = self._read(select(RESOURCES).where(RESOURCES.c.bridge == bridge, RESOURCES.c.id == ident))
        return found[0] if found else None

    def several(self, bridge: str, idents: Sequence[str]) -> Mapping[str, Entry]:
        """See the port."""
        found: dict[str, Entry] = {}
        for start in range(0, len(idents), SLICE):
            wanted = RESOURCES.c.id.in_(idents[start : start + SLICE])
            found |= {
                each.id: each for each in self._read(select(RESOURCES).where(RESOURCES.c.bridge == bridge, wanted))
            }
        return found

    def find(self, bridge: str, kinds: Sequence[str], attribute: str, value: str) -> Sequence[Entry]:
        """See the port."""
        matching = select(LOOKUPS.c.id).where(
            LOOKUPS.c.bridge == bridge,
            LOOKUPS.c.kind.in_(kinds),
            LOOKUPS.c.attribute == attribute,
            LOOKUPS.c.value == value,
        )
        return self._read(
            select(RESOURCES).where(RESOURCES.c.bridge == bridge, RESOURCES.c.id.in_(matching)).order_by(RESOURCES.c.id)
        )

    def page(
        self, bridge: str, kinds: Sequence[str], limit: int, *, after: str = "", offset: int = 0
    ) -> Sequence[Entry]:
        """See the port."""
        behind = RESOURCES.c.id > after if after else true()
        wanted = select(RESOURCES).where(RESOURCES.c.bridge == bridge, RESOURCES.c.kind.in_(kinds), behind)
        return self._read(wanted.order_by(RESOURCES.c.id).limit(limit).offset(offset))

    def count(self, bridge: str, kinds: Sequence[str]) -> int:
        """See the port."""
        counted = select(func.count()).select_from(RESOURCES)
        with self._transaction() as connection:
            found = connection.execute(counted.where(RESOURCES.c.bridge == bridge, RESOURCES.c.kind.in_(kinds)))
            return int(found.scalar() or 0)

    def linked(self, bridge: str, actor: str) -> Entry | None:
        """See the port."""
        found = self._read(select(RESOURCES).where(RESOURCES.c.bridge == bridge, RESOURCES.c.actor == actor).limit(1))
        return found[0] if found else None

    def keyed(self, bridge: str, key: str) -> Entry | None:
        """See the port."""
        found = self._read(select(RESOURCES).where(RESOURCES.c.bridge == bridge, RESOURCES.c.key == key).limit(1))
        return found[0] if found else None

    def memberships(self, bridge: str, members: Sequence[str]) -> Sequence[Membership]:
        """See the port."""
        found: list[Membership] = []
        name = (LOOKUPS.c.bridge == MEMBERS.c.bridge) & (LOOKUPS.c.id == MEMBERS.c.group)
        joined = MEMBERS.join(LOOKUPS, name & (LOOKUPS.c.attribute == "name"))
        with self._transaction() as connection:
            for start in range(0, len(members), SLICE):
                wanted = members[start : start + SLICE]
                rows = connection.execute(
                    select(MEMBERS.c.member, MEMBERS.c.group, LOOKUPS.c.value)
                    .select_from(joined)
                    .where(MEMBERS.c.bridge == bridge, MEMBERS.c.member.in_(wanted))
                    .order_by(MEMBERS.c.member, LOOKUPS.c.value, MEMBERS.c.group)
                )
                found += [Membership(*row) for row in rows]
        return found

    def write(self, puts: Sequence[Entry], drops: Sequence[Entry] = ()) -> None:
        """See the port."""
        gone = [{"_bridge": each.bridge, "_id": each.id} for each in (*puts, *drops)]
        if not gone:
            return
        with self._transaction(writes=True) as connection:
            for table, column in ((RESOURCES, "id"), (LOOKUPS, "id"), (MEMBERS, "group")):
                matching = (table.c.bridge == bindparam("_bridge")) & (table.c[column] == bindparam("_id"))
                connection.execute(delete(table).where(matching), gone)
            _insert(connection, puts)
            if drops:
                left = (MEMBERS.c.bridge == bindparam("_bridge")) & (MEMBERS.c.member == bindparam("_id"))
                connection.execute(delete(MEMBERS).where(left), gone[len(puts) :])

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def _read(self, wanted: Any) -> list[Entry]:
        with self._transaction() as connection:
            rows = connection.execute(wanted).all()
            return [_entry(row, members) for row, members in zip(rows, _members(connection, rows), strict=True)]

    @contextmanager
    def _transaction(self, *, writes: bool = False) -> Iterator[Connection]:
        try:
            with self._engine.execution_options(writes=writes).begin() as connection:
                yield connection
        except DatabaseError as error:
            message = f"{self._path} cannot be used now: {error.orig}."
            raise Unavailable("directory", message, "Free space on its disk, then try again.") from error


def _be_durable(connection: Driver, _record: object) -> None:
    # Nothing else knows what stands here: what was answered must survive the power.
    connection.execute("PRAGMA synchronous=FULL")


def _members(connection: Connection, rows: Sequence[Row[Any]]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        if row.kind != "Group":
            yield ()
            continue
        wanted = select(MEMBERS.c.member).where(MEMBERS.c.bridge == row.bridge, MEMBERS.c.group == row.id)
        yield tuple(connection.execute(wanted.order_by(MEMBERS.c.member)).scalars())


def _entry(row: Row[Any], members: tuple[str, ...]) -> Entry:
    values = {name: getattr(row, name) for name in _COLUMNS}
    return Entry(**values, body=msgspec.json.decode(row.body), members=members)


def _insert(connection: Connection, puts: Sequence[Entry]) -> None:
    rows = [
        {name: getattr(each, name) for name in _COLUMNS} | {"body": msgspec.json.encode(each.body)} for each in puts
    ]
    lookups = [
        {"bridge": each.bridge, "kind": each.kind, "attribute": attribute, "value": value, "id": each.id}
        for each in puts
        for attribute, value in dict.fromkeys(each.lookups)
    ]
    members = [
        {"bridge": each.bridge, "group": each.id, "member": member}
        for each in puts
        for member in dict.fromkeys(each.members)
    ]
    for table, values in ((RESOURCES, rows), (LOOKUPS, lookups), (MEMBERS, members)):
        if values:
            connection.execute(insert(table), values)
