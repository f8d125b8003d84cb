"""The directory keeps what it was given, a bridge for itself."""

from contextlib import closing
from dataclasses import replace

import pytest

from nameplate.domain.errors import Unavailable
from nameplate.ports.directory import Entry, Membership
from nameplate.stores.sqlite.directory import SqliteDirectory

USER = Entry("entra", "User", "u1", {"userName": "Ada"}, key="k1", lookups=(("username", "ada"),))
GROUP = Entry("entra", "Group", "g1", {"displayName": "Ops"}, lookups=(("name", "Ops"),), members=("u1", "u2"))


@pytest.fixture(name="directory")
def directory_fixture(tmp_path):
    with closing(SqliteDirectory(tmp_path / "people.db")) as opened:
        yield opened


def bare(entry):
    return replace(entry, lookups=())


def test_what_is_kept_is_found(directory):
    directory.write([USER, GROUP])
    assert directory.get("entra", "u1") == bare(USER)
    assert directory.get("entra", "g1") == bare(GROUP)
    assert directory.find("entra", ("User",), "username", "ada") == [bare(USER)]
    assert directory.keyed("entra", "k1") == bare(USER)
    assert directory.memberships("entra", ("u1", "u3")) == [Membership("u1", "g1", "Ops")]
    assert directory.count("entra", ("User", "Group")) == 2


def test_another_bridge_sees_nothing_of_it(directory):
    directory.write([USER, GROUP])
    assert directory.get("okta", "u1") is None
    assert directory.find("okta", ("User",), "username", "ada") == []
    assert directory.keyed("okta", "k1") is None
    assert directory.memberships("okta", ("u1",)) == []
    assert (directory.count("okta", ("User",)), list(directory.page("okta", ("User",), 10))) == (0, [])


def test_what_replaces_an_entry_leaves_nothing_of_it(directory):
    directory.write([USER])
    directory.write([replace(USER, version=2, lookups=(("username", "eve"),))])
    assert directory.find("entra", ("User",), "username", "ada") == []
    assert directory.find("entra", ("User",), "username", "eve")[0].version == 2


def test_what_is_dropped_belongs_to_nothing_any_more(directory):
    directory.write([USER, GROUP])
    directory.write([], [USER])
    assert directory.get("entra", "u1") is None
    assert directory.get("entra", "g1").members == ("u2",)


def test_pages_go_through_all_of_a_kind_once(directory):
    directory.write([replace(USER, id=f"u{number:03}", lookups=()) for number in range(25)])
    after, seen = "", []
    while entries := directory.page("entra", ("User",), 10, after=after):
        seen += [entry.id for entry in entries]
        after = seen[-1]
    assert seen == [f"u{number:03}" for number in range(25)]
    assert [entry.id for entry in directory.page("entra", ("User",), 2, offset=24)] == ["u024"]


def test_an_actor_is_found_by_its_entry(directory):
    directory.write([replace(USER, kind="Device", actor="amr-1")])
    assert directory.linked("entra", "amr-1").id == "u1"
    assert directory.linked("entra", "amr-2") is None


def test_what_was_written_survives(tmp_path):
    with closing(SqliteDirectory(tmp_path / "people.db")) as opened:
        opened.write([USER])
    with closing(SqliteDirectory(tmp_path / "people.db")) as again:
        assert again.get("entra", "u1") == bare(USER)
    assert (tmp_path / "people.db").stat().st_mode & 0o777 == 0o600


def test_nothing_is_half_written_and_trouble_has_a_name(directory):
    broken = replace(GROUP, id="g2", members=("u1",), lookups=((None, "x"),))  # type: ignore[arg-type]
    with pytest.raises(Unavailable):
        directory.write([USER, broken])
    assert directory.get("entra", "u1") is None
