from dataclasses import replace

import pytest
from scim2_models import InvalidValueException

from nameplate.bridges.scim import mapping
from nameplate.bridges.scim.mapping import Around
from nameplate.bridges.scim.schemas import provider
from nameplate.bridges.scim.shelf import Change, Shelf
from nameplate.domain.actors import Actor, ActorType, Standing, State
from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.domain.notices import Status
from nameplate.ports.directory import Known
from tests.bridges.scim.house import CORE, device, user

BRIDGE = Bridge("entra", "default", BridgeType.SCIM, contracts={"Readers": "reader", "Runners": "runner"})
SHELF = Shelf(provider(), "entra", lambda: 1)


def read(kind, body):
    resource = SHELF.model(kind).model_validate(body)
    return replace(SHELF.entry(Change(kind, None, resource), "i1"), actor="amr-9", made=True), resource


def test_a_user_is_a_person_with_a_manager_addresses_and_a_name():
    enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
    body = user(
        "ada",
        emails=[{"value": "b@c.example"}, {"value": "a@c.example", "primary": True}],
        name={"givenName": "Ada", "familyName": "L"},
    )
    entry, ada = read("User", body | {"schemas": [f"{CORE}User", enterprise], enterprise: {"manager": {"value": "m1"}}})
    notice = mapping.person_notice(entry, ada, mapping.manager_of(ada), ["Staff"])
    assert (notice.key, notice.status, notice.manager, notice.groups) == ("i1", Status.ACTIVE, "m1", ("Staff",))
    assert (notice.addresses, notice.name) == (("a@c.example", "b@c.example"), "Ada L")


@pytest.mark.parametrize(
    ("kind", "body", "type_"),
    [
        ("Device", device("x"), ActorType.WORKLOAD),
        ("Device", device("x", manufacturer="a", model="b", serialNumber="c"), ActorType.ROBOT),
        ("Device", device("x", manufacturer="a"), ActorType.WORKLOAD),
        ("Agent", {"schemas": [f"{CORE}Agent"], "agentUserName": "x"}, ActorType.AGENT),
        ("Agent", {"schemas": [f"{CORE}Agent"], "agentUserName": "x", "agentType": "RPA"}, ActorType.BOT),
    ],
)
def test_what_sort_of_actor_a_machine_is(kind, body, type_):
    entry, machine = read(kind, body)
    assert mapping.type_of(kind, machine) is type_
    assert mapping.documents(BRIDGE, entry, machine, Around(), None)[-1]["type"] == type_


def test_groups_entitlements_and_its_own_word_give_the_first_contract_that_the_bridge_knows():
    _, machine = read("Device", device("x", contract="Runners") | {"entitlements": [{"value": "Nothing"}]})
    assert mapping.contract_of(BRIDGE, machine, ()) == "runner"
    assert mapping.contract_of(BRIDGE, machine, ("Readers",)) == "reader"
    _, machine = read("Device", device("x", contract="reader"))
    assert mapping.contract_of(BRIDGE, machine, ("reader",)) == ""


def test_what_acts_keeps_its_owner_and_its_purpose():
    entry, machine = read("Device", device("x"))
    actor = Actor("amr-9", ActorType.WORKLOAD, "default", owner="ops", purpose="p")
    for state, owner in ((State.ACTIVE, "ops"), (State.STAGED, None)):
        document = mapping.documents(BRIDGE, entry, machine, Around(), Known(actor, Standing(state)))[-1]
        assert document.get("owner") == owner


def test_a_mail_address_is_no_team_and_a_tier_is_one_of_three():
    entry, machine = read("Device", device("x", owner="ada@corp.example"))
    assert "ada" not in str(mapping.documents(BRIDGE, entry, machine, Around(), None))
    actor = Actor("amr-9", ActorType.WORKLOAD, "default")
    assert mapping.not_in_force(BRIDGE, machine, Around(), actor) == ["owner"]
    entry, machine = read("Device", device("x", tier="extreme"))
    with pytest.raises(InvalidValueException):
        mapping.documents(BRIDGE, entry, machine, Around(), None)
