"""What the doctor sees without a server, on installations that are well and on some that are not."""

import os
import socket
import subprocess
import sys

import pytest

from nameplate.boot import checkup, clocks
from nameplate.boot.checkup import look
from nameplate.boot.settings import KeySettings, Settings, TlsSettings
from nameplate.domain.checkups import State
from nameplate.entry.bench.workload import free_port
from tests.entry.decide.asgi import process
from tests.keys.x509.made import NOW, pair_files


@pytest.fixture(name="settings")
def settings_fixture(tmp_path, monkeypatch):
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with process(tmp_path / "np"):
        pass
    return Settings(data=tmp_path / "np", port=free_port())


def found(settings):
    return {each.name: each for each in look(settings)}


def failed(settings):
    return {name for name, each in found(settings).items() if each.state is State.FAIL}


def test_a_sound_installation_has_nothing_that_fails(settings):
    assert failed(settings) == set()
    assert found(settings).keys() >= {
        "versions",
        "data",
        "passphrase",
        "disk",
        "sync",
        "time zones",
        "journal",
        "clock",
    }


def test_whatever_is_not_ok_says_what_to_do(settings):
    assert all(each.remedy for each in look(settings) if each.state is not State.OK)


def test_no_data_directory_is_said(tmp_path):
    settings = Settings(data=tmp_path / "none")
    assert failed(settings) == {"data"}


def test_folders_that_others_can_open_are_said(settings):
    (settings.data / "keys").chmod(0o750)
    assert "chmod 700" in found(settings)["permissions"].remedy


def test_a_passphrase_beside_the_store_is_a_warning_and_a_lost_file_fails(settings, tmp_path):
    assert found(settings)["passphrase"].state is State.WARN
    file = tmp_path / "passphrase"
    elsewhere = settings.model_copy(update={"keys": KeySettings(passphrase_file=file)})
    assert failed(elsewhere) == {"passphrase"}
    file.touch()
    assert found(elsewhere)["passphrase"].state is State.OK


@pytest.mark.parametrize(("limits", "state"), [((0, 2**63), "warn"), ((2**63, 2**63), "fail"), ((0, 0), "ok")])
def test_little_room_is_a_warning_and_none_fails(settings, monkeypatch, limits, state):
    monkeypatch.setattr(checkup, "MIN_FREE", limits[0])
    monkeypatch.setattr(checkup, "LOW_FREE", limits[1])
    assert found(settings)["disk"].state == state


@pytest.mark.parametrize(("limits", "state"), [((0, 60), "warn"), ((0, 0), "fail")])
def test_a_slow_disk_is_said(settings, monkeypatch, limits, state):
    monkeypatch.setattr(checkup, "SLOW_SYNC_S", limits[0])
    monkeypatch.setattr(checkup, "STALLED_SYNC_S", limits[1])
    assert found(settings)["sync"].state == state


def test_an_altered_journal_fails(settings):
    (segment,) = (settings.data / "journal").glob("*.journal")
    text = segment.read_bytes()
    segment.write_bytes(text.replace(b'"kind"', b'"kinb"', 1))
    assert failed(settings) == {"journal"}


def test_a_large_journal_is_left_to_the_command_for_it(settings, monkeypatch):
    monkeypatch.setattr(checkup, "MAX_VERIFIED", 1)
    assert (found(settings)["journal"].state, "journal verify" in found(settings)["journal"].remedy) == ("warn", True)


def test_a_clock_before_the_last_record_fails(settings, monkeypatch):
    monkeypatch.setattr(clocks, "wall", lambda: NOW - 10**12)
    assert failed(settings) == {"clock"}


def test_readers_that_were_last_heard_of_as_gone_are_named(tmp_path, monkeypatch):
    with process(tmp_path) as running:
        for happening, reader in (("reader_offline", "r1"), ("reader_offline", "r2"), ("reader_online", "r1")):
            running.parts.ledger.note({"kind": "outcome", "happening": happening, "door": "d", "reader": reader})
    seen = found(Settings(data=tmp_path, port=free_port()))["readers"]
    assert (seen.state, seen.text) == (State.WARN, "Offline: d/r2.")


@pytest.mark.parametrize(("days", "state"), [(-80, "warn"), (-88, "fail"), (-100, "fail"), (0, "ok")])
def test_a_certificate_that_ends_is_said(settings, tmp_path, days, state):
    certificate, key = pair_files(tmp_path, "a", at=NOW + days * checkup.DAY_US)
    given = settings.model_copy(update={"tls": TlsSettings(certificate=certificate, key=key)})
    assert found(given)["tls"].state == state


def test_a_key_that_others_may_read_fails(settings, tmp_path):
    certificate, key = pair_files(tmp_path, "a")
    key.chmod(0o644)
    given = settings.model_copy(update={"tls": TlsSettings(certificate=certificate, key=key)})
    assert "tls" in failed(given)


def test_a_port_in_use_and_processes_left_over_fail(settings):
    with socket.create_server(("127.0.0.1", settings.port)):
        assert failed(settings) == {"port"}
    data = str(settings.data.absolute())
    words = [sys.executable, "-c", "import sys; sys.stdin.read()", "-m", "nameplate.entry.point", "--data", data]
    left = subprocess.Popen(words, stdin=subprocess.PIPE)
    try:
        assert str(left.pid) in found(settings)["processes"].remedy
        assert str(os.getpid()) not in found(settings)["processes"].remedy
    finally:
        left.communicate(timeout=20)
