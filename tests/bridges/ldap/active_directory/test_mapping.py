import pytest

from nameplate.bridges.ldap.active_directory.mapping import (
    Kind,
    actor_notice,
    attributes,
    below,
    expires_at,
    key_of,
    kind_of,
    number_of,
    someone,
    status_of,
)
from nameplate.bridges.ldap.settings import read_settings
from nameplate.bridges.ldap.wire import Entry
from nameplate.domain.bridges import Bridge, BridgeType, Role
from nameplate.domain.notices import Status
from nameplate.domain.timestamps import rfc3339

BASE = "DC=ad,DC=example"
ANNA, AMR = f"CN=Anna,OU=Staff,{BASE}", f"CN=amr,OU=Machines,{BASE}"


def settings(**options):
    made = {"base": BASE, **options}
    bridge = Bridge("ad", "s", BridgeType.ACTIVE_DIRECTORY, "ldaps://dc1", roles={"owners": Role.OWNER}, options=made)
    return read_settings(bridge, b"")


def obj(dn, classes="user", **more):
    values = {"objectClass": classes.split(), **{name: [value] for name, value in more.items()}}
    return Entry(1, dn, {name.lower(): tuple(each.encode() for each in given) for name, given in values.items()})


def test_without_places_computers_are_actors_and_other_accounts_people():
    assert kind_of(settings(), obj(AMR, "user computer")) is Kind.ACTOR
    assert kind_of(settings(), obj(ANNA)) is Kind.PERSON
    assert kind_of(settings(), obj(ANNA, "group")) is Kind.GROUP
    assert kind_of(settings(), obj(ANNA, "contact")) is Kind.NOTHING


def test_with_places_what_lies_there_counts_and_nothing_else():
    places = settings(actors_in=f"ou=machines,{BASE}", people_in=f"OU=Staff,{BASE}")
    assert kind_of(places, obj(AMR)) is Kind.ACTOR
    assert kind_of(places, obj(f"CN=pc,OU=Clients,{BASE}", "user computer")) is Kind.NOTHING
    assert kind_of(places, obj(f"CN=svc,CN=Users,{BASE}")) is Kind.NOTHING
    assert kind_of(places, obj(ANNA)) is Kind.PERSON


def test_what_is_deleted_or_of_another_domain_is_nothing():
    assert kind_of(settings(), obj(ANNA, isDeleted="TRUE")) is Kind.NOTHING
    assert kind_of(settings(), obj("CN=x,DC=other,DC=example")) is Kind.NOTHING
    assert not below("OU=x,DC=bad,DC=example", BASE)


def test_bit_two_disables_and_what_cannot_be_read_too():
    assert status_of(obj(AMR, userAccountControl="4096")) is Status.ACTIVE
    for flags in ("4098", "546", "", "many", "\uff19"):
        assert status_of(obj(AMR, userAccountControl=flags)) is Status.DISABLED
    assert status_of(obj(AMR)) is Status.DISABLED


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("134000000000000000", 1_755_526_400_000_000),
        ("116444736000000000", 1),
        ("1", 1),
        ("-1", 1),
        ("soon", 1),
        ("9" * 30, 1),
        ("0", 0),
        ("", 0),
        ("9223372036854775807", 0),
        ("2650467743999999999", 253_402_300_799_999_999),
        ("2650467744000000000", 0),
    ],
)
def test_an_account_expires_when_its_date_says_so_and_one_that_cannot_be_read_has(said, at):
    assert expires_at(obj(AMR, accountExpires=said)) == at
    told = actor_notice(settings(), "k", obj(AMR, sAMAccountName="amr-1$", accountExpires=said))
    assert told
    assert told.valid_until == at
    assert rfc3339(told.valid_until or 0)


def test_names_of_computers_lose_their_dollar():
    notice = actor_notice(settings(), "k", obj(AMR, sAMAccountName="amr-1$", userAccountControl="4096"))
    assert notice
    assert (notice.name, notice.status, notice.decided_at) == ("amr-1", Status.ACTIVE, 0)
    assert actor_notice(settings(), "k", obj(AMR, sAMAccountName="a b")) is None


def test_people_have_names_mail_and_groups_that_mean_something():
    found = someone(settings(), obj(ANNA, displayName="Anna", mail="a@x", memberOf=f"CN=owners,{BASE}", manager=AMR))
    assert (found.name, found.mail, found.groups, found.manager) == ("Anna", ("a@x",), frozenset({"owners"}), AMR)


@pytest.mark.parametrize(("text", "number"), [("12", 12), ("-1", -1), ("", -1), ("1" * 30, -1), ("0x1", -1)])
def test_numbers_are_numbers(text, number):
    assert number_of(obj(AMR, uSNChanged=text), "uSNChanged") == number


def test_keys_are_object_guids_and_no_secret_is_read():
    assert key_of(obj(AMR)) == ""
    assert key_of(Entry(1, AMR, {"objectguid": (bytes(16),)})) == "00000000-0000-0000-0000-000000000000"
    assert not {"unicodePwd", "ntPwdHistory"} & set(attributes(settings()))
