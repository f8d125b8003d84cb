from dataclasses import replace

from nameplate.bridges.ldap.entries import Entries, escaped
from nameplate.bridges.ldap.settings import read_settings
from nameplate.bridges.ldap.wire import Entry
from nameplate.domain.notices import Status
from tests.bridges.ldap.listening import openldap_bridge

SETTINGS = read_settings(openldap_bridge("ldap://127.0.0.1"), b"x")


def test_actors_come_first_and_groups_only_where_they_mean_something():
    assert [each.kind for each in Entries(SETTINGS, {}).streams] == ["actors", "groups", "people"]
    nameless = replace(SETTINGS, groups=frozenset())
    assert [each.kind for each in Entries(nameless, {}).streams] == ["actors", "people"]
    by_person = replace(SETTINGS, options={**SETTINGS.options, "groups": "memberOf"})
    assert [each.kind for each in Entries(by_person, {}).streams] == ["actors", "people"]


def test_what_was_held_is_gone_when_nothing_names_it_and_only_ids_are_kept():
    entries = Entries(SETTINGS, {"actors": {"k"}})
    actors = entries.streams[0]
    actors.put("new", Entry(1, "cn=amr-1", {"cn": (b"amr-1",)}))
    actors.drop("k")
    assert [(each.key, each.status) for each in entries.actors(9)] == [("new", Status.ACTIVE), ("k", Status.DISABLED)]
    assert entries.held() == {"actors": {"new"}, "people": set()}
    assert (entries.pending, entries.counts()["actors"]) == (0, 1)


def test_only_named_groups_are_asked_for_and_no_name_changes_the_filter():
    odd = replace(SETTINGS, groups=frozenset({"a)(b*"}))
    assert "(cn=a\\29\\28b\\2a)" in Entries(odd, {}).streams[1].filter
    assert escaped("a\\b\0") == "a\\5cb\\00"
