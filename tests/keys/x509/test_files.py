from contextlib import closing
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from nameplate.domain.errors import Conflict, Invalid, NotFound
from nameplate.keys.file import FileKeyStore
from nameplate.keys.x509 import CertificateFiles

NOW = int(datetime.now(UTC).timestamp()) * 1_000_000


@pytest.fixture(name="keys")
def keys_fixture(tmp_path):
    with closing(FileKeyStore(tmp_path / "keys", b"correct horse")) as store:
        yield store


@pytest.fixture(name="files")
def files_fixture(tmp_path, keys):
    return CertificateFiles(tmp_path / "tls", keys)


def belong_together(pair):
    certificate = x509.load_pem_x509_certificate(pair.chain)
    return certificate.public_key() == load_pem_private_key(pair.key, None).public_key()


def test_there_is_one_authority_and_it_stays(files, keys, tmp_path):
    assert (files.authority(), files.server()) == (None, None)
    made = files.make_authority("Ours", NOW)
    assert made.not_after > NOW
    with pytest.raises(Conflict):
        files.make_authority("Another", NOW)
    assert CertificateFiles(tmp_path / "tls", keys).authority() == files.authority()


def test_without_an_authority_nothing_is_issued(files):
    with pytest.raises(NotFound, match="tls init"):
        files.draw(["a"], NOW)


def test_what_was_drawn_is_shown_when_it_is_used_and_not_before(files):
    files.make_authority("Ours", NOW)
    first = files.draw(["a"], NOW)
    assert files.server() is None
    files.use(first)
    second = files.draw(["b"], NOW)
    assert files.server().certificate.names == ("a",)
    assert belong_together(files.server())
    files.use(second)
    assert files.server().certificate.names == ("b",)
    assert belong_together(files.server())


def test_each_is_issued_with_a_new_key_and_no_more_than_two_are_kept(files, keys):
    files.make_authority("Ours", NOW)
    for _ in range(4):
        former = files.server()
        files.use(files.draw(["a"], NOW))
        assert former is None or former.key != files.server().key
        assert belong_together(files.server())
    assert keys.names() == ["tls/authority", "tls/server.a", "tls/server.b"]


def test_a_crash_between_key_and_certificate_leaves_the_former_pair(files):
    files.make_authority("Ours", NOW)
    files.use(files.draw(["a"], NOW))
    shown = files.server()
    for _ in range(3):
        files.draw(["b"], NOW)
        assert files.server() == shown


def test_a_certificate_of_somebody_else_is_never_used(files, keys, tmp_path):
    other = CertificateFiles(tmp_path / "other", keys)
    other.make_authority("Other", NOW)
    files.make_authority("Ours", NOW)
    drawn = files.draw(["a"], NOW)
    files.draw(["b"], NOW)
    with pytest.raises(NotFound):
        files.use(drawn)
    with pytest.raises(Invalid):
        files.use(b"no certificate")


def test_no_key_lies_in_the_folder(files, tmp_path):
    files.make_authority("Ours", NOW)
    files.use(files.draw(["a"], NOW))
    assert sorted(path.name for path in (tmp_path / "tls").iterdir()) == ["ca.pem", "server.pem"]
    assert all(b"PRIVATE" not in path.read_bytes() for path in (tmp_path / "tls").iterdir())
    assert "PRIVATE" not in repr(files.server())
