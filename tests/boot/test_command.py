import os

import pytest

from nameplate.boot.command import child_arguments
from nameplate.domain.errors import Invalid


def given(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["child", *map(str, arguments)])
    return child_arguments()


def test_a_child_learns_its_parent_and_its_settings(monkeypatch, tmp_path):
    parent, settings = given(monkeypatch, "--parent", os.getpid(), "--data", tmp_path, "--host", "::1", "--port", 0)
    assert parent == os.getpid()
    assert (settings.data, settings.host, settings.port) == (tmp_path, "::1", 0)


def test_what_is_not_said_comes_from_file_and_environment(monkeypatch, tmp_path):
    (tmp_path / "nameplate.toml").write_text("port = 1001\n")
    _, settings = given(monkeypatch, "--parent", 1, "--data", tmp_path)
    assert settings.port == 1001


@pytest.mark.parametrize("arguments", [(), ("--parent", "1"), ("--data", "x"), ("--parent", "x", "--data", "y")])
def test_a_child_that_nobody_started_properly_ends(monkeypatch, capsys, arguments):
    with pytest.raises(SystemExit) as ended:
        given(monkeypatch, *arguments)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err


def test_a_port_that_cannot_be_is_an_error_that_names_it(monkeypatch, tmp_path):
    with pytest.raises(Invalid, match="port"):
        given(monkeypatch, "--parent", 1, "--data", tmp_path, "--port", 70_000)
