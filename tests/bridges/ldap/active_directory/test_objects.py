from uuid import UUID

import pytest

from nameplate.bridges.ldap.active_directory.objects import Objects
from nameplate.bridges.ldap.wire import Entry, Garbled
from nameplate.domain.notices import Status
from tests.bridges.ldap.active_directory.test_mapping import AMR, ANNA, settings

KEY = "00000000-0000-0000-0000-000000000001"


def obj(dn, usn=1, classes=(b"user", b"computer"), key=1, **more):
    found = {"objectguid": (UUID(int=key).bytes_le,), "objectclass": classes, "usnchanged": (str(usn).encode(),)}
    return Entry(1, dn, found | {name.lower(): (value,) for name, value in more.items()})


def machine(usn, flags=b"4096"):
    return obj(AMR, usn, sAMAccountName=b"amr$", userAccountControl=flags)


def statuses(objects):
    return [(each.name, each.status) for each in objects.actors(9)]


def test_only_what_has_a_new_change_number_is_told():
    objects = Objects(settings(), {})
    assert objects.take(machine(5)) == KEY
    objects.take(machine(5, b"4098"))
    assert statuses(objects) == [("amr", Status.ACTIVE)]
    objects.take(machine(6, b"4098"))
    assert statuses(objects) == [("amr", Status.DISABLED)]


def test_what_changes_its_kind_or_its_name_is_gone_as_what_it_was():
    objects = Objects(settings(), {})
    objects.take(machine(1))
    objects.take(obj(ANNA, 2, (b"user",), userAccountControl=b"512"))
    assert statuses(objects) == [("amr", Status.ACTIVE), ("", Status.DISABLED)]
    assert objects.held() == {"actors": set(), "people": {KEY}}
    objects.take(obj(ANNA, 3, (b"contact",)))
    assert objects.people.take(9)[0].status is Status.RETIRED
    objects.take(machine(4))
    objects.take(obj(AMR, 5, sAMAccountName=b"a b"))
    assert statuses(objects)[-1] == ("", Status.DISABLED)
    assert objects.counts() == {"actors": 0, "people": 0, "unusable_names": 1}


def test_who_was_held_before_a_start_is_known_and_can_be_gone():
    objects = Objects(settings(), {"actors": {KEY}, "people": {"p"}})
    objects.drop(KEY)
    objects.drop("p")
    objects.drop("never")
    assert [each.reason for each in objects.actors(9)] == ["gone"]
    assert objects.pending == 1


def test_an_object_without_an_id_is_nobody_and_there_is_a_bound(monkeypatch):
    objects = Objects(settings(), {})
    assert objects.take(Entry(1, AMR, {})) == ""
    monkeypatch.setattr("nameplate.bridges.ldap.active_directory.objects.MAX_HELD", 0)
    with pytest.raises(Garbled):
        objects.take(machine(1))
