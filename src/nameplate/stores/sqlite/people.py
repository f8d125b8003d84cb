"""The names of people, in a file of their own: what is forgotten here is nowhere else."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import delete, insert, select

from nameplate.ports.upstream import PersonName

from .people_tables import NAMES
from .schema import PEOPLE, open_engine, opening, upgrade

PAGE = 500


class SqliteNames:
    """The `Names` port, in the file at `path`, which only its owner can read."""

    def __init__(self, path: Path) -> None:
        self._engine = open_engine(path)
        with opening(self._engine), self._engine.execution_options(writes=True).begin() as connection:
            upgrade(connection, path, PEOPLE)

    def put(self, names: Mapping[str, PersonName]) -> None:
        """See the port."""
        if not names:
            return
        with self._engine.execution_options(writes=True).begin() as connection:
            connection.execute(delete(NAMES).where(NAMES.c.person.in_(list(names))))
            connection.execute(insert(NAMES), [{"person": person, **name._asdict()} for person, name in names.items()])

    def get(self, people: Sequence[str]) -> Mapping[str, PersonName]:
        """See the port."""
        found: dict[str, PersonName] = {}
        with self._engine.begin() as connection:
            for start in range(0, len(people), PAGE):
                wanted = select(NAMES).where(NAMES.c.person.in_(people[start : start + PAGE]))
                found |= {row.person: PersonName(row.name, row.mail) for row in connection.execute(wanted)}
        return found

    def forget(self, person: str) -> None:
        """See the port."""
        with self._engine.execution_options(writes=True).begin() as connection:
            connection.execute(delete(NAMES).where(NAMES.c.person == person))

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()
