"""For whom a provider may vouch, and what comes of it."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from nameplate.boot import clocks
from nameplate.domain.errors import Invalid, NameplateError, Refused
from nameplate.domain.links import SignedIn, SignIn
from nameplate.domain.notices import PersonNotice, Status
from nameplate.entry.decide.connections import Connections
from nameplate.entry.decide.vouching import Vouching
from nameplate.flows.stop import Lifecycle
from nameplate.flows.uphold import Upholder
from tests.entry.decide.crowd import crowd

MORE = """
{kind: Bridge, id: hr, type: scim, roles: {staff: viewer}}
---
{kind: Bridge, id: linked, type: oidc, url: 'https://idp.example', client: nameplate, people: hr}
"""


class Provider:
    """The handler for the managing process, on the real parts of a deciding one."""

    def __init__(self, people: Any) -> None:
        self.people, parts = people, people.parts
        lifecycle = Lifecycle(parts.registry, parts.ledger, Connections(parts.registry), clocks.wall, lambda: "s")
        self.upholder = Upholder(parts.registry, parts.ledger, lifecycle, bytes(32), clocks.wall)
        vouching = Vouching(parts.registry, self.upholder, parts.sessions, clocks.wall)
        self.handlers: Mapping[str, Any] = vouching.handlers()

    def vouch(self, bridge: str, notice: PersonNotice, *, linked: bool = False) -> SignedIn:
        """What it answers to a message as it comes over the socket."""
        body = msgspec.msgpack.encode(SignIn(bridge, notice, linked))
        found: SignedIn = self.people.run(self.handlers["sign_in"](None, body))
        return found

    def refusal(self, *args: Any, **options: Any) -> str:
        """The code of the error; nobody was signed in."""
        before = set(self.people.registry.sessions)
        with pytest.raises(Refused) as caught:
            self.vouch(*args, **options)
        assert set(self.people.registry.sessions) == before
        return caught.value.code

    def tell(self, notice: PersonNotice) -> str:
        """What another bridge says; the id of whom it is about."""
        self.people.run(self.upholder.people([notice]))
        return self.upholder.persons(notice)[0]


@pytest.fixture(name="provider", scope="module")
def provider_fixture(tmp_path_factory):
    with crowd(tmp_path_factory.mktemp("vouching")) as made:
        made.declare(MORE, "test")
        yield Provider(made)


def said(key, *groups, bridge="company", **more):
    return PersonNotice(bridge, key, Status.ACTIVE, groups=groups, **more)


def test_whom_the_provider_vouches_for_is_signed_in_with_the_roles_that_it_claims(provider):
    found = provider.vouch("company", said("ada", "viewers", name="Ada", addresses=("ada@x.example",)))
    registry = provider.people.registry
    assert (registry.people[found.person].bridge, registry.people[found.person].groups) == ("company", ("viewers",))
    session = provider.people.parts.sessions.find(found.token)
    assert (session.person, session.client) == (found.person, "console")
    assert 0 < found.seconds <= (session.until - session.since) // 1_000_000
    assert found.token not in repr(found)


def test_the_same_person_comes_back_as_the_same_and_with_the_groups_of_now(provider):
    first = provider.vouch("company", said("bea", "owners"))
    again = provider.vouch("company", said("bea", "viewers"))
    assert again.person == first.person
    assert again.token != first.token
    assert provider.people.registry.people[first.person].groups == ("viewers",)


@pytest.mark.parametrize("bridge", ["", "nowhere", "hr", "company ", "COMPANY"])
def test_nobody_but_a_declared_provider_vouches(provider, bridge):
    for brings in {bridge, "company", "hr"}:
        assert provider.refusal(bridge, said("cat", "owners", "staff", bridge=brings)) == "bridge"
        assert provider.upholder.persons(said("cat", bridge=brings))[0] not in provider.people.registry.people


@pytest.mark.parametrize(("bridge", "brings"), [("company", "hr"), ("linked", "company"), ("linked", "linked")])
def test_a_provider_vouches_for_no_others_than_those_it_is_declared_for(provider, bridge, brings):
    assert provider.refusal(bridge, said("dot", "owners", "staff", bridge=brings), linked=True) == "bridge"


def test_who_has_no_key_is_nobody_even_by_an_address_that_is_known(provider):
    provider.vouch("company", said("eve", "owners", addresses=("eve@x.example",)))
    assert provider.refusal("company", said("", "owners", addresses=("eve@x.example",))) == "bridge"


def test_a_disabled_person_stays_out_and_the_provider_does_not_bring_them_back(provider):
    found = provider.vouch("company", said("fay", "owners"))
    provider.tell(PersonNotice("company", "fay", Status.DISABLED))
    assert provider.people.parts.sessions.find(found.token) is None
    assert provider.refusal("company", said("fay", "owners", "viewers")) == "person"
    person = provider.people.registry.people[found.person]
    assert (person.active, person.groups) == (False, ("owners",))


@pytest.mark.parametrize("groups", [(), ("strangers",), ("owner",), ("OWNERS",)])
def test_who_has_no_role_is_not_signed_in(provider, groups):
    assert provider.refusal("company", said("gus", *groups)) == "role"


def test_who_loses_the_last_group_is_not_signed_in_again(provider):
    provider.vouch("company", said("hal", "owners"))
    assert provider.refusal("company", said("hal")) == "role"


def test_whom_another_bridge_brings_is_matched_and_nothing_new_is_said_of_them(provider):
    ident = provider.tell(said("ida", "staff", bridge="hr"))
    found = provider.vouch("linked", said("ida", "owners", bridge="hr"), linked=True)
    assert found.person == ident
    assert provider.people.registry.people[ident].groups == ("staff",)


def test_a_linked_person_whom_the_other_bridge_does_not_know_is_not_made(provider):
    notice = said("joe", "staff", bridge="hr")
    assert provider.refusal("linked", notice, linked=True) == "person"
    assert provider.upholder.persons(notice)[0] not in provider.people.registry.people


def test_a_linked_person_whom_the_other_bridge_has_disabled_stays_out(provider):
    provider.tell(said("kim", "staff", bridge="hr"))
    provider.tell(PersonNotice("hr", "kim", Status.DISABLED))
    assert provider.refusal("linked", said("kim", "staff", bridge="hr"), linked=True) == "person"


def test_a_message_that_is_none_is_refused(provider):
    for body in (b"", b"\xc1", msgspec.msgpack.encode({"bridge": "company"}), msgspec.msgpack.encode([1])):
        with pytest.raises(Invalid, match="cannot be read"):
            provider.people.run(provider.handlers["sign_in"](None, body))


def test_a_provider_that_is_no_longer_declared_vouches_for_nobody(provider):
    provider.people.declare("{kind: Bridge, id: former, type: oidc, url: 'https://f.example', client: n}", "test")
    del provider.people.registry.bridges["former"]
    with pytest.raises(NameplateError, match="former vouches for nobody here"):
        provider.vouch("former", said("lea", "owners", bridge="former"))
