import pytest

from nameplate.bridges.ldap.settings import read_settings
from nameplate.domain.bridges import Bridge, BridgeType
from nameplate.domain.errors import Invalid
from tests.bridges.ldap.listening import openldap_bridge

LOCAL = "ldap://127.0.0.1:1"


def test_a_manifest_and_a_password_are_all_it_needs():
    settings = read_settings(openldap_bridge(LOCAL, 30.0), b"geheim\n")
    teams = frozenset({"porters"})
    assert read_settings(openldap_bridge(LOCAL), b"geheim", teams).groups == settings.groups | teams
    assert (settings.password, settings.lease_s, settings.groups) == ("geheim", 30.0, frozenset({"owners"}))
    assert settings.context is None
    assert "geheim" not in repr(settings)
    assert settings.options["actor_filter"] == "(objectClass=device)"


def test_beyond_this_machine_there_is_tls_whatever_is_declared():
    assert read_settings(openldap_bridge("ldap://ldap.clinic.example"), b"x").context


def test_a_name_without_a_password_and_the_reverse_are_refused():
    """A server would take the first for nobody in particular, and let it in (RFC 4513, 5.1.2)."""
    for bind, credential in [("cn=x", b""), ("cn=x", b"\n"), ("", b"x")]:
        bridge = Bridge("d", "s", BridgeType.LDAP, LOCAL, options={"base": "dc=x", "bind": bind})
        with pytest.raises(Invalid, match="needs both"):
            read_settings(bridge, credential)
    assert read_settings(Bridge("d", "s", BridgeType.LDAP, LOCAL, options={"base": "dc=x"}), b"").bind == ""


def test_filters_and_passwords_that_are_none_are_told_without_showing_them():
    for name in ("actor_filter", "person_filter", "groups"):
        with pytest.raises(Invalid, match=name):
            read_settings(openldap_bridge(LOCAL, **{name: "(cn=x"}), b"x")
    with pytest.raises(Invalid) as refused:
        read_settings(openldap_bridge(LOCAL), b"\xff\xfe")
    assert "xff" not in str(refused.value)


def test_what_was_kept_counts_no_more_when_it_was_of_something_else():
    digests = {
        read_settings(openldap_bridge(LOCAL, **more), b"x").digest
        for more in ({}, {"actor_filter": "(cn=a)"}, {"base": "dc=y"})
    }
    assert len(digests) == 3
    assert read_settings(openldap_bridge(LOCAL), b"other").digest in digests
