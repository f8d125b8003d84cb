import errno
import os

import pytest

from nameplate.domain.errors import Unavailable
from nameplate.entry.bench.keycloak import home, linked, running_keycloak


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


def test_one_that_ends_at_once_is_told_with_what_it_said(require_peer, monkeypatch, tmp_path):
    require_peer("java", "apt-get install maven")
    place = tmp_path / "home" / "bin"
    place.mkdir(parents=True)
    (place / "kc.sh").write_text("#!/bin/sh\necho There is no memory left.\nexit 1\n")
    (place / "kc.sh").chmod(0o755)
    monkeypatch.setenv("KEYCLOAK_HOME", str(place.parent))
    with pytest.raises(Unavailable, match="There is no memory left"), running_keycloak(tmp_path / "copy"):
        pytest.fail("it does not run")
