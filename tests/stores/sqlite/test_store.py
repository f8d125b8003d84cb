import sqlite3
import threading
from contextlib import closing
from itertools import count

import pytest

from nameplate.domain.errors import Unavailable
from nameplate.domain.registry import Registry, Touched, fold
from nameplate.stores.sqlite import SqliteStore
from tests.domain.journal_records import actor, at, put
from tests.held import held
from tests.ports.store_suite import StoreSuite


def filled(path):
    """A store with one actor, closed."""
    registry, store = Registry(), SqliteStore(path)
    changes = [put(actor("amr-1")), put({"kind": "Zone", "id": "ward"}), put({"kind": "Team", "id": "ward"})]
    touched = fold(registry, {"seq": 1, "at": at(1), "kind": "declared", "changes": changes})
    store.save(registry, touched, 1)
    store.close()
    return registry


def altered(path, statement, *values):
    with sqlite3.connect(path) as connection:
        connection.execute(statement, values)
    connection.close()


def loaded(path):
    with closing(SqliteStore(path)) as store:
        return store.load()


class TestSqliteStore(StoreSuite):
    @pytest.fixture
    def opened(self):
        """The store that is open, if any: opening another closes it."""
        stores: list[SqliteStore] = []
        yield stores
        for store in stores:
            store.close()

    @pytest.fixture
    def place(self, tmp_path, opened):
        return self.opener(tmp_path / "tables.db", opened)

    @pytest.fixture
    def fresh_place(self, tmp_path, opened):
        numbers = count()
        return lambda: self.opener(tmp_path / f"{next(numbers)}.db", opened)

    def opener(self, path, opened):
        def open_again():
            for store in opened:
                store.close()
            opened[:] = [SqliteStore(path)]
            return opened[0]

        return open_again


def test_only_the_owner_can_read_the_files(tmp_path):
    path = tmp_path / "tables.db"
    path.touch(mode=0o644)
    store = SqliteStore(path)
    store.save(Registry(seq=1), (), 1)
    assert {entry.name: entry.stat().st_mode & 0o777 for entry in tmp_path.iterdir()} == {
        "tables.db": 0o600,
        "tables.db-wal": 0o600,
        "tables.db-shm": 0o600,
    }
    store.close()


def test_a_save_that_fails_leaves_everything_as_it_was(tmp_path):
    registry = filled(tmp_path / "tables.db")
    store = SqliteStore(tmp_path / "tables.db")
    registry.units["broken"] = {"not": "a name"}
    with pytest.raises(Unavailable):
        store.save(registry, [Touched("standing", "amr-1"), Touched("unit", "broken")], 1)
    del registry.units["broken"]
    assert store.load() == registry
    store.close()


def test_what_is_deleted_goes_and_what_only_bears_its_name_stays(tmp_path):
    registry = filled(tmp_path / "tables.db")
    deletes = [{"op": "delete", "kind": "Zone", "id": "ward"}]
    touched = fold(registry, {"seq": 2, "at": at(2), "kind": "declared", "changes": deletes})
    store = SqliteStore(tmp_path / "tables.db")
    store.save(registry, touched, 2)
    assert store.load() == registry
    assert (registry.zones, list(registry.teams)) == ({}, ["ward"])
    store.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE objects SET doc = '{'",
        'UPDATE objects SET doc = \'{"kind":"Actor","id":"amr-1"}\'',
        "UPDATE objects SET id = 'amr-2' WHERE kind = 'Actor'",
        "UPDATE objects SET kind = 'Site' WHERE kind = 'Team'",
        "UPDATE objects SET id = 'hall' WHERE kind = 'Zone'",
        "UPDATE standings SET state = 'free'",
        "DELETE FROM standings",
        "DELETE FROM objects",
        "DROP TABLE standings",
        "ALTER TABLE standings DROP COLUMN zone_at",
    ],
)
def test_tables_that_were_tampered_with_are_refused_with_the_way_out(tmp_path, statement):
    path = tmp_path / "tables.db"
    filled(path)
    altered(path, statement)
    with pytest.raises(Unavailable) as caught:
        loaded(path)
    assert caught.value.code == "tables_unreadable"
    assert "Delete it" in caught.value.remedy
    assert "tables.db-wal" in caught.value.remedy


@pytest.mark.parametrize("content", [b"not a database" * 100, b"SQLite format 3\x00" + b"\xff" * 4096])
def test_a_file_that_is_no_database_is_refused_with_the_way_out(tmp_path, content):
    path = tmp_path / "tables.db"
    path.write_bytes(content)
    with pytest.raises(Unavailable) as caught:
        loaded(path)
    assert caught.value.code == "tables_unreadable"
    assert path.read_bytes() == content


def test_a_damaged_page_is_refused_or_harmless_and_never_a_crash(tmp_path):
    path = tmp_path / "tables.db"
    registry = filled(path)
    whole = path.read_bytes()
    for offset in range(0, len(whole), 509):
        path.write_bytes(whole[:offset] + b"\xa5" * 64 + whole[offset + 64 :])
        for leftover in ("tables.db-wal", "tables.db-shm"):
            (tmp_path / leftover).unlink(missing_ok=True)
        try:
            assert loaded(path).standings.keys() <= registry.standings.keys()
        except Unavailable:
            continue
        finally:
            assert held(path) == 0


def test_a_deleted_file_is_a_new_beginning(tmp_path):
    path = tmp_path / "tables.db"
    filled(path)
    for entry in tmp_path.iterdir():
        entry.unlink()
    assert loaded(path) == Registry()


def test_a_file_in_use_by_another_is_told_apart_from_a_damaged_one(tmp_path):
    path = tmp_path / "tables.db"
    filled(path)
    store = SqliteStore(path)
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with store._engine.connect() as connection:  # noqa: SLF001
        connection.exec_driver_sql("PRAGMA busy_timeout=1")
    with pytest.raises(Unavailable) as caught:
        store.save(Registry(seq=2), (), 2)
    holder.close()
    store.close()
    assert caught.value.code == "tables_busy"


def test_readers_see_one_moment_while_another_writes(tmp_path):
    path = tmp_path / "tables.db"
    registry = filled(path)
    writer, reader = SqliteStore(path), SqliteStore(path)
    with reader._transaction() as connection:  # noqa: SLF001
        before = connection.exec_driver_sql("SELECT value FROM meta").scalar()
        registry.seq = 5
        writer.save(registry, (), 5)
        assert connection.exec_driver_sql("SELECT value FROM meta").scalar() == before == 1
    assert reader.load().seq == 5
    writer.close()
    reader.close()


def test_several_processes_may_open_a_new_store_at_once(tmp_path):
    failures = []

    def open_it():
        try:
            SqliteStore(tmp_path / "tables.db").close()
        except Unavailable as error:
            failures.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert loaded(tmp_path / "tables.db") == Registry()


def test_a_link_in_place_of_the_file_is_not_followed(tmp_path):
    (tmp_path / "tables.db").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unavailable) as caught:
        SqliteStore(tmp_path / "tables.db")
    assert caught.value.remedy
    assert not (tmp_path / "elsewhere").exists()


def test_a_missing_folder_is_told_with_a_remedy(tmp_path):
    with pytest.raises(Unavailable) as caught:
        SqliteStore(tmp_path / "missing" / "tables.db")
    assert caught.value.code == "tables_unreachable"
