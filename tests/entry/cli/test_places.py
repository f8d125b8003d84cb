import pytest

from nameplate.domain.errors import NotFound
from nameplate.entry.cli.places import existing


def test_the_directory_that_is_meant_holds_a_journal(tmp_path, monkeypatch):
    (tmp_path / "journal").mkdir()
    assert existing(tmp_path) == tmp_path
    monkeypatch.setenv("NAMEPLATE_DATA", str(tmp_path))
    assert existing(None) == tmp_path
    with pytest.raises(NotFound):
        existing(tmp_path / "journal")
