import errno
import os

from nameplate.entry.bench.keycloak import home, linked


def test_without_a_place_there_is_no_home(monkeypatch, tmp_path):
    monkeypatch.setenv("KEYCLOAK_HOME", str(tmp_path))
    assert home() is None
    monkeypatch.delenv("KEYCLOAK_HOME")
    monkeypatch.chdir(tmp_path)
    assert home() is None


def test_it_is_copied_where_it_cannot_be_linked(monkeypatch, tmp_path):
    def other_disk(*_):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    (tmp_path / "a").write_text("x")
    monkeypatch.setattr(os, "link", other_disk)
    linked(str(tmp_path / "a"), str(tmp_path / "b"))
    assert (tmp_path / "b").read_text() == "x"
