from pathlib import Path

import pytest

from nameplate.boot.settings import Settings
from nameplate.domain.errors import Invalid


def write(folder, text):
    (folder / "nameplate.toml").write_text(text)


def test_what_nobody_sets_is_as_documented(tmp_path):
    settings = Settings.read(data=tmp_path)
    assert (settings.host, settings.port) == ("127.0.0.1", 8470)
    assert settings.authzen.subject_types == []
    assert settings.points.own_user is True


def test_what_is_passed_in_wins_over_the_environment_and_that_over_the_file(tmp_path, monkeypatch):
    write(tmp_path, 'port = 1001\n[log]\nlevel = "error"\n[journal]\ncheckpoint_seconds = 7.0\n')
    assert Settings.read(data=tmp_path).port == 1001
    monkeypatch.setenv("NAMEPLATE_PORT", "1002")
    monkeypatch.setenv("NAMEPLATE_LOG__LEVEL", "debug")
    settings = Settings.read(data=tmp_path)
    assert (settings.port, settings.log.level, settings.journal.checkpoint_seconds) == (1002, "debug", 7.0)
    assert Settings.read(data=tmp_path, port=1003).port == 1003


def test_the_file_is_that_of_the_data_directory_wherever_that_is_named(tmp_path, monkeypatch):
    write(tmp_path, "port = 1001\n")
    monkeypatch.setenv("NAMEPLATE_DATA", str(tmp_path))
    assert Settings.read().port == 1001
    other = tmp_path / "other"
    other.mkdir()
    assert Settings.read(data=other).port == 8470


def test_lists_can_be_given_in_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("NAMEPLATE_AUTHZEN__SUBJECT_TYPES", '["user"]')
    assert Settings.read(data=tmp_path).authzen.subject_types == ["user"]


def test_variables_of_other_purpose_are_left_alone(tmp_path, monkeypatch):
    monkeypatch.setenv("NAMEPLATE_DEEP", "1")
    monkeypatch.setenv("NAMEPLATE_REQUIRE_PEERS", "1")
    assert Settings.read(data=tmp_path).data == Path(tmp_path)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("prot = 1001\n", "prot"),
        ("[journal]\nsegment_byte = 5000\n", "journal.segment_byte"),
        ("[journal]\nsegment_bytes = 5\n", "journal.segment_bytes"),
        ("[log]\nlevel = 'loud'\n", "log.level"),
        ("port = 70000\n", "port"),
        ("port = [\n", "nvalid"),
        ("[points]\nown_user = 'perhaps'\n", "points.own_user"),
    ],
)
def test_what_is_wrong_in_the_file_is_named_and_never_passed_over(tmp_path, text, named):
    write(tmp_path, text)
    with pytest.raises(Invalid, match=named) as refused:
        Settings.read(data=tmp_path)
    assert "nameplate.toml" in refused.value.remedy


@pytest.mark.parametrize(
    ("name", "value"), [("PORT", "none"), ("JOURNAL__NOTHING", "1"), ("AUTHZEN__SUBJECT_TYPES", "{"), ("LOG", "{")]
)
def test_what_is_wrong_in_the_environment_is_refused_too(tmp_path, monkeypatch, name, value):
    monkeypatch.setenv(f"NAMEPLATE_{name}", value)
    with pytest.raises(Invalid):
        Settings.read(data=tmp_path)
