import sqlite3
import sys

import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import DatabaseError

from nameplate.domain.errors import Unavailable
from nameplate.stores.sqlite import SqliteStore
from nameplate.stores.sqlite.directory import SqliteDirectory
from nameplate.stores.sqlite.people import SqliteNames
from nameplate.stores.sqlite.schema import HEAD, open_engine, opening, upgrade
from tests.held import held


def upgraded(path):
    engine = open_engine(path)
    with opening(engine), engine.execution_options(writes=True).begin() as connection:
        upgrade(connection, path)
    return engine


def made_newer(path):
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()


def test_a_new_file_gets_the_latest_tables(tmp_path):
    engine = upgraded(tmp_path / "tables.db")
    assert "standings" in inspect(engine).get_table_names()
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == HEAD
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine.dispose()


def test_an_upgrade_that_fails_leaves_nothing_behind(tmp_path):
    engine = open_engine(tmp_path / "tables.db")
    with engine.execution_options(writes=True).connect() as connection:
        upgrade(connection, tmp_path / "tables.db")
        connection.rollback()
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_new_and_up_to_date_tables_need_no_migrations(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "alembic", None)
    upgraded(tmp_path / "tables.db").dispose()
    upgraded(tmp_path / "tables.db").dispose()


@pytest.mark.parametrize("name", ["objects", "alembic_version"])
def test_tables_of_others_are_left_alone(tmp_path, name):
    path = tmp_path / "tables.db"
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE {name} (version_num TEXT)")
    connection.close()
    with pytest.raises(DatabaseError):
        upgraded(path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall() == [(name,)]
    connection.close()


def test_tables_of_a_newer_version_are_refused_and_left_alone(tmp_path):
    path = tmp_path / "tables.db"
    upgraded(path).dispose()
    made_newer(path)
    with pytest.raises(Unavailable) as caught:
        upgraded(path)
    assert caught.value.code == "tables_newer"
    assert "9999" in caught.value.message
    assert "journal" in caught.value.remedy


@pytest.mark.parametrize("opened", [SqliteStore, SqliteNames, SqliteDirectory])
def test_a_file_that_is_refused_is_let_go_of(tmp_path, opened):
    path = tmp_path / "tables.db"
    opened(path).close()
    made_newer(path)
    with pytest.raises(Unavailable) as caught:
        opened(path)
    assert held(path) == 0
    assert caught.value.code == "tables_newer"
