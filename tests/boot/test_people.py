import sqlite3
from contextlib import closing
from pathlib import Path

from nameplate.boot.backup import back_up
from nameplate.boot.paths import Paths
from nameplate.boot.people import people_copied
from nameplate.boot.restore import restore
from nameplate.ports.upstream import PersonName
from nameplate.stores.sqlite.people import SqliteNames
from tests.boot.test_backup import data_fixture, nobody  # noqa: F401 - the fixture of a server's data


def test_a_copy_has_what_was_written_and_nothing_of_what_was_forgotten(tmp_path):
    path = tmp_path / "people.db"
    with closing(SqliteNames(path)) as names:
        names.put({"p-1": PersonName("Ada", "ada@clinic.example"), "p-2": PersonName("Zuse", "zuse@clinic.example")})
        names.forget("p-2")
        with people_copied(path) as copy:
            assert copy is not None
            assert b"zuse@" not in copy.read_bytes()
            with closing(sqlite3.connect(copy)) as opened:
                assert opened.execute("SELECT person, name FROM names").fetchall() == [("p-1", "Ada")]
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".")] == []


def test_the_file_may_be_named_by_a_relative_path(tmp_path, monkeypatch):
    with closing(SqliteNames(tmp_path / "people.db")) as names:
        names.put({"p-1": PersonName("Ada", "ada@clinic.example")})
    monkeypatch.chdir(tmp_path)
    with people_copied(Path("people.db")) as copy:
        assert copy is not None
        assert b"ada@" in copy.read_bytes()


def test_without_a_file_there_is_no_copy(tmp_path):
    with people_copied(tmp_path / "people.db") as copy:
        assert copy is None


def test_a_restore_brings_people_back(data, tmp_path):
    (data / "cursors" / "siem.json").unlink()
    with closing(SqliteNames(Paths(data).people)) as names:
        names.put({"p-1": PersonName("Ada", "ada@clinic.example")})
    back_up(data, tmp_path / "b", nobody)
    restore(tmp_path / "b", tmp_path / "new", by="uid:0", passphrase=data / "keys" / "passphrase")
    assert Paths(tmp_path / "new").people.stat().st_mode & 0o777 == 0o600
    with closing(SqliteNames(Paths(tmp_path / "new").people)) as names:
        assert names.get(["p-1"]) == {"p-1": PersonName("Ada", "ada@clinic.example")}
