import pytest
from hypothesis import given
from hypothesis import strategies as st

from nameplate.bridges.ldap.mapping import (
    actor_attributes,
    actor_notice,
    decided_at,
    first_value,
    gone_actor,
    person_attributes,
    someone,
    text,
    texts,
    uuid_of,
)
from nameplate.bridges.ldap.settings import read_settings
from nameplate.bridges.ldap.wire import Entry
from nameplate.domain.notices import ActorNotice, Status
from tests.bridges.ldap.listening import openldap_bridge

SETTINGS = read_settings(openldap_bridge("ldap://127.0.0.1", actor_name="serialNumber"), b"x")


def entry(**attributes):
    found = {
        name.lower(): tuple(value if isinstance(value, bytes) else value.encode() for value in values)
        for name, values in attributes.items()
    }
    return Entry(1, "cn=a,dc=x", found)


def test_an_actor_is_named_by_the_attribute_that_is_declared():
    notice = actor_notice(SETTINGS, "k", entry(serialNumber=["amr-1"], employeeType=["disabled"]))
    assert notice == ActorNotice("dir", "k", "amr-1", Status.DISABLED)
    for name in (["two words"], [], [b"\xff"], ["x" * 200], ["../etc"]):
        assert actor_notice(SETTINGS, "k", entry(serialNumber=name)) is None


def test_who_is_gone_is_disabled_so_that_they_can_return():
    assert gone_actor(SETTINGS, "k") == ActorNotice("dir", "k", status=Status.DISABLED, reason="gone")


def test_people_have_only_those_groups_that_mean_something():
    found = someone(SETTINGS, entry(cn=["Anna"], mail=["a@x"], memberOf=["cn=owners,ou=g", "cn=choir,ou=g"]))
    assert (found.name, found.mail, found.groups, found.status) == (
        "Anna",
        ("a@x",),
        frozenset({"owners"}),
        Status.ACTIVE,
    )
    assert "Anna" not in repr(found)


def test_nothing_is_read_that_is_not_needed():
    assert set(actor_attributes(SETTINGS)) == {
        "entryUUID",
        "entryCSN",
        "serialNumber",
        "employeetype",
        "pwdaccountlockedtime",
    }
    assert "memberOf" not in person_attributes(SETTINGS)
    assert "userPassword" not in person_attributes(SETTINGS)


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("20261129063158.123456Z#000000#000#000000", 1_795_933_918_123_456),
        ("20261129063158.000000Z#000000#000#000000", 0),
        ("20261129063158Z", 0),
        ("yesterday", 0),
        ("99999999999999.9Z", 0),
    ],
)
def test_a_time_counts_only_where_it_is_finer_than_a_second(stamp, at):
    assert decided_at(entry(entryCSN=[stamp]).attributes) == at


def test_a_group_is_called_by_the_first_part_of_its_name():
    assert first_value("cn=owners, ou=x") == "owners"
    assert first_value("CN=a\\,b,ou=x") == "a\\"
    assert first_value("") == ""


def test_ids_of_active_directory_are_read_as_it_writes_them():
    assert uuid_of(bytes.fromhex("f78f5b4e283924438606e52b209b5912")) == "4e5b8ff7-3928-4324-8606-e52b209b5912"
    assert uuid_of(b"short") == ""


@given(st.lists(st.binary(max_size=400), max_size=5))
def test_values_that_are_no_text_are_left_out(values):
    attributes = {"cn": tuple(values)}
    assert all(each.isprintable() and len(each) <= 320 for each in texts(attributes, "CN"))
    assert isinstance(text(attributes, "cn"), str)
