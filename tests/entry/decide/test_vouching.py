"""Who is vouched for: by a provider that is declared, for people whom it may bring, with a role."""

import asyncio

import msgspec
import pytest

from nameplate.domain.errors import Refused
from nameplate.domain.links import SignIn
from nameplate.domain.notices import PersonNotice
from nameplate.entry.decide.vouching import Vouching
from nameplate.flows.uphold import Upholder
from tests.entry.decide.crowd import crowd


@pytest.fixture(name="people")
def people_fixture(tmp_path):
    with crowd(tmp_path) as made:
        parts = made.parts
        upholder = Upholder(parts.registry, parts.ledger, None, bytes(32), parts.sessions.clock)  # type: ignore[arg-type]
        made.vouching = Vouching(parts.registry, upholder, parts.sessions, parts.sessions.clock)  # type: ignore[attr-defined]
        yield made


def vouch(people, bridge="company", notice_of="company", key="u-1", groups=("owners",), *, linked=False):
    told = SignIn(bridge, PersonNotice(notice_of, key, groups=None if linked else groups), linked)
    return people.run(people.vouching.handlers()["sign_in"](None, msgspec.msgpack.encode(told)))


def test_a_person_with_a_role_is_signed_in(people):
    signed = vouch(people)
    assert people.registry.people[signed.person].groups == ("owners",)
    assert people.parts.sessions.find(signed.token).person == signed.person
    assert signed.seconds > 3600
    assert signed.token not in repr(signed)


@pytest.mark.parametrize(
    "changed",
    [{"bridge": "none"}, {"notice_of": "other"}, {"key": ""}, {"groups": ()}, {"groups": ("unknown",)}],
)
def test_anybody_else_is_not(people, changed):
    with pytest.raises(Refused):
        vouch(people, **changed)
    assert people.registry.sessions == {}


def test_who_was_disabled_is_not_brought_back_by_signing_in(people):
    signed = vouch(people)
    people.commit(kind="person", person=signed.person, bridge="company", active=False)
    for _ in range(2):
        with pytest.raises(Refused):
            vouch(people)
    assert not people.registry.people[signed.person].active


def test_where_another_bridge_brings_people_nobody_new_comes(people):
    people.declare(
        "{kind: Bridge, id: scim, type: scim, roles: {owners: owner}}\n---\n"
        "{kind: Bridge, id: linked, type: oidc, url: https://i.example, client: n, people: scim}",
        "test",
    )
    with pytest.raises(Refused):
        vouch(people, bridge="linked", notice_of="scim", linked=True)
    with pytest.raises(Refused):
        vouch(people, bridge="linked", notice_of="linked")
    assert people.registry.people == {}


def test_our_own_side_sends_nothing_else(people):
    with pytest.raises(Exception, match="cannot be read"):
        people.run(people.vouching.handlers()["sign_in"](None, b"\xc1"))
    assert asyncio.iscoroutinefunction(people.vouching.handlers()["sign_in"])
