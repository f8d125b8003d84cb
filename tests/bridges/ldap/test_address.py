import pytest

from nameplate.bridges.ldap.address import Address, read_address, trust
from nameplate.domain.errors import Invalid


@pytest.mark.parametrize(
    ("url", "ca", "address"),
    [
        ("ldaps://dc1.clinic.example", "", Address("dc1.clinic.example", 636, tls=True)),
        ("ldaps://[::1]:1636", "", Address("::1", 1636, tls=True)),
        ("ldap://ldap.clinic.example", "", Address("ldap.clinic.example", 389, start_tls=True)),
        ("ldap://10.0.0.9:1389/", "", Address("10.0.0.9", 1389, start_tls=True)),
        ("ldap://127.0.0.1:1389", "", Address("127.0.0.1", 1389)),
        ("ldap://localhost", "ca.pem", Address("localhost", 389, start_tls=True)),
        ("ldapi://%2Frun%2Fldapi", "", Address(path="/run/ldapi")),
    ],
)
def test_the_line_is_protected_wherever_it_leaves_this_machine(url, ca, address):
    assert read_address(url, ca=ca) == address


@pytest.mark.parametrize("host", ["127.0.0.1.example", "localhost.example", "0.0.0.0", "[::]"])  # noqa: S104 - as a name
def test_what_only_looks_like_this_machine_is_not(host):
    assert read_address(f"ldap://{host}").start_tls


def test_certificates_that_cannot_be_read_are_told_by_name(tmp_path):
    (tmp_path / "empty.pem").write_text("")
    for name in ("missing.pem", "empty.pem"):
        with pytest.raises(Invalid, match=name):
            trust(str(tmp_path / name))
    assert trust("").check_hostname
