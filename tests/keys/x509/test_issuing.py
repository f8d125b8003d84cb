"""Our certificates as others read them: OpenSSL's own verifier in a handshake, and the fields of RFC 5280."""

import ssl
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from nameplate.domain.errors import Invalid
from nameplate.keys.x509.issuing import MAX_NAMES, SEED_BYTES, authority_certificate, key_of, server_certificate

NOW = int(datetime.now(UTC).timestamp()) * 1_000_000
CA_KEY, KEY = key_of(bytes(range(SEED_BYTES))), key_of(b"\xff" * SEED_BYTES)
CA = authority_certificate(CA_KEY, "Authority of the tests", NOW)


def issued(*names):
    return server_certificate(KEY, names, NOW, (CA, CA_KEY))


def test_a_seed_always_gives_the_same_key_and_another_another():
    assert key_of(bytes(SEED_BYTES)).private_numbers() == key_of(bytes(SEED_BYTES)).private_numbers()
    assert key_of(bytes(SEED_BYTES)).private_numbers() != KEY.private_numbers()
    with pytest.raises(ValueError, match="40 bytes"):
        key_of(bytes(32))


def test_the_authority_may_sign_servers_and_nothing_below_it():
    constraints = CA.extensions.get_extension_for_class(x509.BasicConstraints)
    usage = CA.extensions.get_extension_for_class(x509.KeyUsage)
    assert (constraints.critical, constraints.value.ca, constraints.value.path_length) == (True, True, 0)
    assert (usage.critical, usage.value.key_cert_sign, usage.value.digital_signature) == (True, True, False)
    CA.verify_directly_issued_by(CA)


def test_a_server_certificate_is_for_its_names_and_for_servers_only():
    made = issued("nameplate.clinic.example", "10.20.0.5", "::1")
    made.verify_directly_issued_by(CA)
    names = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert [str(name.value) for name in names] == ["nameplate.clinic.example", "10.20.0.5", "::1"]
    assert made.extensions.get_extension_for_class(x509.BasicConstraints).value.ca is False
    usage = made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert list(usage) == [ExtendedKeyUsageOID.SERVER_AUTH]


def test_a_server_certificate_lives_ninety_days_and_never_longer_than_its_authority():
    assert issued("a").not_valid_after_utc - issued("a").not_valid_before_utc == timedelta(days=90, hours=1)
    late = NOW + (365 * 10 - 30) * 86_400 * 1_000_000
    assert server_certificate(KEY, ["a"], late, (CA, CA_KEY)).not_valid_after_utc == CA.not_valid_after_utc


@pytest.mark.parametrize(
    "names",
    [
        [],
        [""],
        ["a b"],
        ["-a"],
        ["a-"],
        ["a..b"],
        ["a\n"],
        ["*.a"],
        ["é"],
        ["a" * 64],
        ["a", "a"],
        ["a:1"],
        ["http://a"],
    ],
)
def test_what_cannot_be_a_name_is_refused(names):
    with pytest.raises(Invalid):
        issued(*names)


def test_no_certificate_has_more_names_than_are_good_for_it():
    with pytest.raises(Invalid):
        issued(*(f"n{number}" for number in range(MAX_NAMES + 1)))


def test_openssl_reads_both():
    context = ssl.create_default_context(cadata=CA.public_bytes(Encoding.PEM).decode())
    assert context.get_ca_certs()[0]["subject"] == ((("commonName", "Authority of the tests"),),)
