import stat
from contextlib import closing

import pytest

from nameplate.ports.upstream import PersonName
from nameplate.stores.sqlite.people import PAGE, SqliteNames


@pytest.fixture
def names(tmp_path):
    with closing(SqliteNames(tmp_path / "people.db")) as found:
        yield found


def test_names_are_kept_replaced_and_forgotten(names):
    names.put({"p-1": PersonName("Anna", "a@x"), "p-2": PersonName("Bea")})
    names.put({"p-1": PersonName("Anna Berg")})
    names.put({})
    assert names.get(["p-1", "p-2", "p-3"]) == {"p-1": PersonName("Anna Berg"), "p-2": PersonName("Bea")}
    names.forget("p-1")
    names.forget("p-9")
    assert set(names.get(["p-1", "p-2"])) == {"p-2"}


def test_many_are_asked_for_at_once(names):
    everybody = {f"p-{number}": PersonName(str(number)) for number in range(2 * PAGE + 1)}
    names.put(everybody)
    assert names.get(list(everybody)) == everybody
    assert names.get([]) == {}


def test_they_outlive_the_process_and_only_their_owner_reads_them(tmp_path):
    path = tmp_path / "people.db"
    with closing(SqliteNames(path)) as first:
        first.put({"p-1": PersonName("Anna'; DROP TABLE names", "a@x")})
    with closing(SqliteNames(path)) as second:
        assert second.get(["p-1"])["p-1"].name == "Anna'; DROP TABLE names"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
