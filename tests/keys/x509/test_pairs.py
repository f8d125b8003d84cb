import pytest

from nameplate.domain.errors import Invalid, NotFound, Refused
from nameplate.keys.x509 import describe, read_pair
from tests.keys.x509.made import pair_files


def test_a_pair_of_files_is_read(tmp_path):
    certificate, key = pair_files(tmp_path, "here.example", "127.0.0.1")
    pair = read_pair(certificate, key)
    assert pair.certificate.names == ("here.example", "127.0.0.1")
    assert pair.certificate.not_before < pair.certificate.not_after
    assert len(pair.certificate.sha256) == 64
    assert describe(pair.chain) == pair.certificate


def test_a_key_that_others_may_read_is_refused(tmp_path):
    certificate, key = pair_files(tmp_path, "a")
    key.chmod(0o640)
    with pytest.raises(Refused, match="chmod 600"):
        read_pair(certificate, key)


def test_a_link_to_a_key_is_followed_and_what_it_leads_to_is_checked(tmp_path):
    certificate, key = pair_files(tmp_path, "a")
    link = tmp_path / "live.pem"
    link.symlink_to(key)
    assert read_pair(certificate, link).key == key.read_bytes()
    key.chmod(0o604)
    with pytest.raises(Refused):
        read_pair(certificate, link)


def test_systemd_guards_its_own_folder(tmp_path):
    certificate, key = pair_files(tmp_path, "a")
    key.chmod(0o440)
    assert read_pair(certificate, key, {"CREDENTIALS_DIRECTORY": str(tmp_path)}).key == key.read_bytes()
    with pytest.raises(Refused):
        read_pair(certificate, key, {"CREDENTIALS_DIRECTORY": str(tmp_path / "elsewhere")})


def test_what_is_not_there_or_no_certificate_is_said(tmp_path):
    certificate, key = pair_files(tmp_path, "a")
    for wrong in ((tmp_path / "none", key), (certificate, tmp_path / "none")):
        with pytest.raises(NotFound):
            read_pair(*wrong)
    certificate.write_bytes(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    with pytest.raises(Invalid):
        read_pair(certificate, key)
