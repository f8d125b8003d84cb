import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from nameplate.domain.errors import Invalid
from nameplate.exports.tls import client_context, reason
from tests.exports.certificates import Authority


def test_nothing_older_than_tls_1_2_and_no_server_without_its_name() -> None:
    context = client_context()
    assert context.minimum_version == ssl.TLSVersion.TLSv1_2
    assert context.check_hostname
    assert context.verify_mode == ssl.CERT_REQUIRED


def test_a_ca_of_ones_own_replaces_those_of_the_system(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    (trusted,) = client_context(str(authority.cert)).get_ca_certs()
    assert trusted["subject"] == ((("commonName", "ca"),),)


def test_a_certificate_of_ours_goes_with_its_key(tmp_path: Path) -> None:
    ours = Authority(tmp_path).issue("client")
    assert client_context("", str(ours.cert), ours.secret).get_ca_certs() == client_context().get_ca_certs()


def test_what_cannot_be_used_is_named_and_no_key_is_shown(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    ours, other = authority.issue("client"), authority.issue("other")
    broken = b"-----BEGIN " + b"PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n"
    for cert, key in [(str(ours.cert), other.secret), (str(ours.cert), broken), ("/nowhere.pem", ours.secret)]:
        with pytest.raises(Invalid, match="cannot be used together") as refused:
            client_context("", cert, key)
        assert "c2VjcmV0" not in str(refused.value)
    with pytest.raises(Invalid, match=r"/nowhere\.pem cannot be read"):
        client_context("/nowhere.pem")


def test_an_encrypted_key_is_refused_instead_of_asking_for_its_password(tmp_path: Path) -> None:
    ours = Authority(tmp_path).issue("client")
    key = serialization.load_pem_private_key(ours.secret, None)
    locked = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.BestAvailableEncryption(b"x")
    )
    with pytest.raises(Invalid, match="the key is encrypted"):
        client_context("", str(ours.cert), locked)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (TimeoutError(), "it took too long"),
        (ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
        (ValueError("odd"), "odd"),
        (RuntimeError(), "RuntimeError"),
    ],
)
def test_reasons_are_words(error: Exception, words: str) -> None:
    assert reason(error) == words
