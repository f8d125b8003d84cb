from nameplate.domain.bridges import HEARS_SILENCE, OPTIONS, Bridge, BridgeType


def test_an_option_that_is_left_out_has_its_usual_value():
    bridge = Bridge("b", "s", BridgeType.LDAP, options={"base": "dc=x", "mail": ""})
    assert (bridge.option("base"), bridge.option("actor_name"), bridge.option("mail")) == ("dc=x", "cn", "mail")
    assert bridge.option("ca") == ""


def test_every_type_has_its_options_and_none_hides_a_field_of_all_bridges():
    common = {"kind", "id", "version", "site", "type", "url", "credential", "lease", "contracts", "roles"}
    assert set(OPTIONS) == set(BridgeType)
    for options in OPTIONS.values():
        names = [each.name for each in options]
        assert len(names) == len(set(names))
        assert not common & set(names)


def test_a_lease_rests_only_on_types_that_are_asked_or_that_say_that_they_are_there():
    assert BridgeType.SCIM not in HEARS_SILENCE
    assert BridgeType.OIDC not in HEARS_SILENCE
    assert BridgeType.LDAP in HEARS_SILENCE
