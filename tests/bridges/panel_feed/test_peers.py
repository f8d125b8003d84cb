import pytest

from nameplate.bridges.panel_feed.peers import is_allowed, peer_names

CERTIFICATE = {
    "subject": ((("commonName", "boss.example"),),),
    "subjectAltName": (
        ("DNS", "relay.example"),
        ("IP Address", "10.0.0.7"),
        ("URI", "spiffe://boss.example"),
        ("email", "boss.example"),
        ("DirName", ((("commonName", "boss.example"),),)),
    ),
}


def test_host_names_and_addresses_count_and_nothing_else():
    assert peer_names(CERTIFICATE) == ("relay.example", "10.0.0.7")


@pytest.mark.parametrize("certificate", [None, {}, {"subject": CERTIFICATE["subject"]}])
def test_a_certificate_without_names_names_nobody(certificate):
    assert peer_names(certificate) == ()
    assert not is_allowed(peer_names(certificate), ["", "boss.example"])


@pytest.mark.parametrize(
    ("names", "allowed"),
    [
        (["relay.example"], ["other.example", "relay.example"]),
        (["RELAY.example"], ["relay.EXAMPLE"]),
        (["0:0:0:0:0:0:0:1"], ["::1"]),
        (["a.example", "relay.example"], ["relay.example"]),
    ],
)
def test_one_name_that_is_allowed_is_enough(names, allowed):
    assert is_allowed(names, allowed)


@pytest.mark.parametrize(
    ("names", "allowed"),
    [
        (["relay.example.org"], ["relay.example"]),
        (["*.example"], ["relay.example"]),
        (["relay.example"], ["*.example"]),
        (["relay.example."], ["relay.example"]),
        (["10.0.0.70"], ["10.0.0.7"]),
        ([""], ["relay.example"]),
        ([], []),
    ],
)
def test_no_other_name_is(names, allowed):
    assert not is_allowed(names, allowed)
