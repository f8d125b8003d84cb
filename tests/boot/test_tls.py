from contextlib import closing

import pytest

from nameplate.boot import tls
from nameplate.boot.paths import Paths
from nameplate.boot.settings import Settings, TlsSettings
from nameplate.domain.errors import Invalid
from nameplate.keys.file import FileKeyStore
from tests.keys.x509.made import NOW, pair_files

ANY = "0.0.0.0"  # noqa: S104 - never bound here


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_this_machine_alone_may_be_listened_to_in_the_clear(host, tmp_path):
    assert not tls.speaks_tls(Settings(data=tmp_path, host=host))


@pytest.mark.parametrize("host", [ANY, "::", "10.0.0.1", "example.org", "", "127.0.0.1 ", "localhost.example.org"])
def test_whatever_others_can_reach_needs_a_certificate(host, tmp_path):
    with pytest.raises(Invalid, match="needs TLS"):
        tls.speaks_tls(Settings(data=tmp_path, host=host))
    certificate, key = pair_files(tmp_path, "a")
    assert tls.speaks_tls(Settings(data=tmp_path, host=host, tls=TlsSettings(certificate=certificate, key=key)))


def test_one_file_without_the_other_is_refused(tmp_path):
    certificate, key = pair_files(tmp_path, "a")
    for half in (TlsSettings(certificate=certificate), TlsSettings(key=key)):
        with pytest.raises(Invalid, match="belong together"):
            tls.speaks_tls(Settings(data=tmp_path, tls=half))


def test_files_win_over_the_own_authority_and_without_either_nothing_is_shown(tmp_path):
    paths = Paths(tmp_path / "data")
    paths.create()
    with closing(FileKeyStore(paths.keys, b"correct horse")) as keys:
        own, settings = tls.certificates(paths, keys), Settings(data=paths.data, host=ANY)
        with pytest.raises(Invalid, match="tls init"):
            tls.find_pair(settings, own)
        own.make_authority("Ours", NOW)
        own.use(own.draw(["ours"], NOW))
        assert tls.speaks_tls(settings)
        assert tls.find_pair(settings, own).certificate.names == ("ours",)
        certificate, key = pair_files(tmp_path, "theirs")
        given = Settings(data=paths.data, tls=TlsSettings(certificate=certificate, key=key))
        assert tls.find_pair(given, own).certificate.names == ("theirs",)


def test_a_changed_file_is_noticed(tmp_path):
    certificate, key = pair_files(tmp_path, "a")
    files = tls.shown_files(Settings(data=tmp_path, tls=TlsSettings(certificate=certificate, key=key)))
    before = tls.state_of_files(files)
    assert tls.state_of_files(files) == before
    key.unlink()
    assert tls.state_of_files(files) != before
    pair_files(tmp_path, "a")
    assert tls.state_of_files(files) != before


def test_what_the_own_authority_issues_is_noticed_too(tmp_path):
    paths = Paths(tmp_path)
    paths.create()
    files = tls.shown_files(Settings(data=tmp_path))
    with closing(FileKeyStore(paths.keys, b"correct horse")) as keys:
        own, before = tls.certificates(paths, keys), tls.state_of_files(files)
        own.make_authority("Ours", NOW)
        own.use(own.draw(["ours"], NOW))
    assert tls.state_of_files(files) != before
