"""Bridges: what goes together is taken, what does not is refused, and a secret that stands there is not repeated."""

import pytest

from nameplate.domain.bridges import Bridge, BridgeType, Role
from nameplate.domain.manifests.documents import from_document, read_document, to_document

LDAP = {"type": "ldap", "url": "ldaps://ldap.clinic.example", "base": "dc=x"}


def document(**fields):
    return {"kind": "Bridge", "id": "company", "site": "clinic", **fields}


def told(**fields):
    """Where the problems are."""
    return {problem.where for problem in read_document(document(**fields))[1]}


@pytest.mark.parametrize(
    "fields",
    [
        LDAP,
        LDAP | {"url": "ldapi://%2Frun%2Fldapi", "disabled": "nsAccountLock", "lease": "5m"},
        LDAP | {"bind": "cn=n,dc=x", "credential": "dirs/ldap", "roles": {"Owners of machines": "owner"}},
        {"type": "active-directory", "url": "ldaps://dc1:636", "base": "DC=x", "actors_in": "OU=m,DC=x"},
        {"type": "scim", "contracts": {"Carriers": "runner"}},
        {
            "type": "ssf",
            "issuer": "https://idp.example",
            "url": "https://idp.example",
            "audience": "np",
            "delivery": "poll",
        },
        {"type": "keycloak", "url": "http://127.0.0.1:8080", "realm": "clinic", "interval": "0.2"},
        {"type": "oidc", "url": "https://idp.example/realms/x", "client": "nameplate", "acr": "2"},
    ],
)
def test_what_works_is_taken_and_written_as_it_was(fields):
    assert to_document(from_document(document(**fields))) == document(**fields)


def test_what_is_declared_is_what_is_meant():
    bridge = from_document(document(**LDAP, lease="5m", roles={"g": "auditor"}, credential="c"))
    roles, options = {"g": Role.AUDITOR}, {"base": "dc=x"}
    assert bridge == Bridge("company", "clinic", BridgeType.LDAP, LDAP["url"], "c", 300.0, roles=roles, options=options)


@pytest.mark.parametrize(
    ("fields", "where"),
    [
        ({}, "type"),
        ({"type": "kerberos"}, "type"),
        ({"type": "ldap", "base": "dc=x"}, "url"),
        ({"type": "ldap", "url": "ldaps://x"}, "base"),
        (LDAP | {"realm": "x"}, "realm"),
        (LDAP | {"url": "https://x"}, "url"),
        (LDAP | {"url": "ldaps://me:secret@x"}, "url"),
        (LDAP | {"lease": "soon"}, "lease"),
        ({"type": "scim", "lease": "5m"}, "lease"),
        ({"type": "scim", "url": "https://x"}, "url"),
        ({"type": "oidc", "url": "http://idp.example", "client": "n"}, "url"),
        ({"type": "oidc", "url": "https://me@idp.example", "client": "n"}, "url"),
        (LDAP | {"roles": {"g": "king"}}, "roles.g"),
        (LDAP | {"contracts": {"g": "not a contract"}}, "contracts.g"),
    ],
)
def test_what_cannot_work_is_refused_where_it_stands(fields, where):
    assert where in told(**fields)


def test_a_secret_that_was_written_in_the_place_of_its_name_is_not_repeated():
    problems = read_document(document(**LDAP, credential="hunter2 is my password"))[1]
    assert [problem.where for problem in problems] == ["credential"]
    assert "hunter2" not in str(problems)
