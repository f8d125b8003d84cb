import pytest

from nameplate.bridges.keycloak.mapping import (
    client_of,
    gone_actor,
    gone_person,
    of_client,
    of_person,
    of_user,
    signals_told,
    touched,
)
from nameplate.bridges.keycloak.settings import read_settings
from nameplate.bridges.keycloak.wire import AdminEvent, Client, Signals, User
from nameplate.domain.notices import Status
from tests.bridges.keycloak.test_settings import bridge

SETTINGS = read_settings(bridge(realm="clinic"), b"s")
CLIENT = Client("c1", "amr-1", service_accounts=True)


@pytest.mark.parametrize(
    ("enabled", "account", "status"),
    [
        (True, User("u1"), Status.ACTIVE),
        (False, User("u1"), Status.DISABLED),
        (True, User("u1", enabled=False), Status.DISABLED),
        (True, None, Status.ACTIVE),
    ],
)
def test_a_client_acts_while_both_it_and_its_account_are_enabled(enabled, account, status):
    client = Client("c1", "amr-1", enabled, service_accounts=True)
    notice = of_client(SETTINGS, client, account, 7)
    assert notice is not None
    assert (notice.key, notice.name, notice.status, notice.decided_at) == ("c1", "amr-1", status, 7)


@pytest.mark.parametrize("client", [Client("c", "web"), Client("c", "no id!", service_accounts=True)])
def test_what_cannot_act_by_itself_is_no_actor(client):
    assert of_client(SETTINGS, client, None) is None


def test_a_user_stands_for_the_actor_that_an_attribute_names_and_is_a_person_else():
    bot = User("u", "bot-1", attributes={"nameplate": ["payroll-bot"]}, enabled=False)
    notice = of_user(SETTINGS, bot)
    assert notice is not None
    assert (notice.name, notice.status) == ("payroll-bot", Status.DISABLED)
    assert of_user(SETTINGS, User("u", "ann")) is None
    assert of_user(SETTINGS, User("u", "ann", attributes={"nameplate": ["../x"]})) is None
    person = of_person(SETTINGS, User("u", "ann", email="ann@clinic.example", first="Ann", last="B"), ["admins", "x"])
    assert (person.name, person.addresses, person.groups) == ("Ann B", ("ann@clinic.example",), ("admins",))
    assert of_person(SETTINGS, User("u", "ann"), []).name == "ann"


def test_service_accounts_are_known_by_name_too():
    assert client_of(User("u", "service-account-amr-1")) == "amr-1"
    assert client_of(User("u", "x", service_account_of="amr-2")) == "amr-2"
    assert client_of(User("u", "ann")) == ""


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("clients/c1", ("clients", "c1")),
        ("users/u1/groups/g1", ("users", "u1")),
        ("users/u1/role-mappings/clients/c9", ("users", "u1")),
        ("roles/x", None),
        ("users", None),
        ("", None),
    ],
)
def test_events_are_about_clients_and_users(path, found):
    about = touched(AdminEvent(5, path=path))
    assert (about and (about.kind, about.id)) == found
    assert about is None or about.at == 5000


def test_who_is_gone_can_return():
    assert gone_actor(SETTINGS, "c1").status is Status.DISABLED
    assert gone_person(SETTINGS, "u1").status is Status.DISABLED


@pytest.mark.parametrize(
    ("told", "says"),
    [
        (None, "none: the realm tells none"),
        ([], "nothing: not of accounts"),
        (["CaepSessionRevoked", "CaepCredentialChange"], "credential-change, session-revoked: not of accounts"),
        (["CaepSessionRevoked", "RiscAccountDisabled"], "account-disabled, session-revoked: a bridge of type ssf"),
        (
            ["https://schemas.openid.net/secevent/risc/event-type/account-disabled"],
            "account-disabled: a bridge of type",
        ),
        (["RiscAccountDisabledNot"], "account-disabled-not: not of accounts"),
    ],
)
def test_what_signals_are_good_for_is_told_by_what_the_realm_says_of_them(told, says):
    assert signals_told(None if told is None else Signals(told)).startswith(says)
