import pytest

from nameplate.bridges.keycloak.settings import read_settings
from nameplate.domain.bridges import Bridge, BridgeType, Role
from nameplate.domain.errors import Invalid


def bridge(url="http://127.0.0.1:8080/", **options):
    return Bridge("kc", "default", BridgeType.KEYCLOAK, url, "kc", roles={"admins": Role.OWNER}, options=options)


def test_what_the_manifest_leaves_out_is_the_usual():
    settings = read_settings(bridge(realm="clinic"), b"s3cret\n")
    assert (settings.url, settings.realm, settings.client) == ("http://127.0.0.1:8080", "clinic", "nameplate")
    assert (settings.secret, settings.interval_s, settings.groups) == ("s3cret", 0.5, frozenset({"admins"}))
    assert settings.context is None
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize("interval", ["0", "x", "61", "nan", "-1"])
def test_an_interval_that_makes_no_sense_is_refused(interval):
    with pytest.raises(Invalid, match="interval"):
        read_settings(bridge(realm="clinic", interval=interval), b"s")


@pytest.mark.parametrize("credential", [b"", b" \n", b"\xff\xfe"])
def test_without_a_secret_it_does_not_start(credential):
    with pytest.raises(Invalid, match="secret"):
        read_settings(bridge(realm="clinic"), credential)


def test_tls_is_verified_by_the_ca_that_is_named(tmp_path):
    assert read_settings(bridge("https://kc.example", realm="r"), b"s").context is not None
    with pytest.raises(Invalid, match="no certificate"):
        read_settings(bridge("https://kc.example", realm="r", ca=str(tmp_path / "none.pem")), b"s")
