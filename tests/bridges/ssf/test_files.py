import sqlite3
import stat
from contextlib import closing

import pytest

from nameplate.bridges.ssf.files import open_file
from tests.held import held

TABLE = "CREATE TABLE IF NOT EXISTS things (name TEXT)"


def test_what_is_written_is_there_when_it_is_opened_again(tmp_path):
    path = tmp_path / "things.db"
    for _ in range(2):
        with closing(open_file(path, TABLE)) as file:
            file.execute("INSERT INTO things VALUES ('a')")
    with closing(open_file(path, TABLE)) as file:
        assert file.execute("SELECT name FROM things").fetchall() == [("a",), ("a",)]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_in_place_of_the_file_is_not_followed(tmp_path):
    (tmp_path / "things.db").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic link"):
        open_file(tmp_path / "things.db", TABLE)
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_that_is_no_database_is_let_go_of(tmp_path):
    path = tmp_path / "things.db"
    path.write_bytes(b"no database" * 100)
    with pytest.raises(sqlite3.DatabaseError) as refused:
        open_file(path, TABLE)
    assert held(path) == 0, refused
