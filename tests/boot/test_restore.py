"""A restore is whole or does not happen."""

import asyncio
import json
import shutil
import stat
from contextlib import closing

import pytest

from nameplate.boot import clocks
from nameplate.boot.backup import back_up
from nameplate.boot.deciding import open_keys
from nameplate.boot.journal import verify_journal
from nameplate.boot.paths import Paths
from nameplate.boot.restore import check_backup, restore
from nameplate.boot.settings import Settings
from nameplate.domain.errors import Conflict, Invalid, NotFound, Refused
from nameplate.exports.position import PositionFile
from nameplate.keys.x509 import CertificateFiles
from nameplate.ports.sink import Position
from tests.boot.journals import records
from tests.boot.test_backup import nobody
from tests.boot.test_recovery import write


@pytest.fixture(name="backup")
def backup_fixture(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    asyncio.run(write(Settings.read(data=data), 5))
    node = Paths(data).node.read_text().strip()
    PositionFile(data / "cursors" / "siem.json").save(Position(node, 3, 4, "digest"))
    back_up(data, tmp_path / "site.backup", nobody)
    shutil.move(data / "keys" / "passphrase", tmp_path / "passphrase")
    return tmp_path / "site.backup"


def run(backup, data, **more):
    return restore(backup, data, by="uid:0", **{"passphrase": backup.with_name("passphrase"), **more})


def test_it_goes_on_under_a_new_name_with_sinks_where_they_were(backup, tmp_path):
    done = run(backup, tmp_path / "new")
    node = Paths(tmp_path / "new").node.read_text().strip()
    assert (done.node, done.records) == (node, 5)
    assert node != done.former
    (record,) = records(tmp_path / "new", "restored")
    assert (record["seq"], record["former"], record["node"], record["by"]) == (6, done.former, node, "uid:0")
    assert PositionFile(tmp_path / "new" / "cursors" / "siem.json").load() == Position(node, 3, 4, "digest")
    assert verify_journal(tmp_path / "new", key=None, checkpoint=None).ok
    assert run(backup, tmp_path / "other").node not in {node, done.former}


def test_what_it_made_can_be_backed_up_and_restored_again(backup, tmp_path):
    run(backup, tmp_path / "new")
    back_up(tmp_path / "new", tmp_path / "second", nobody)
    done = run(tmp_path / "second", tmp_path / "newer")
    assert done.records == 6
    assert verify_journal(tmp_path / "newer", key=None, checkpoint=None).ok


def test_certificates_come_back_with_their_keys_and_stay_private(tmp_path):
    data = tmp_path / "data"
    data.mkdir()
    asyncio.run(write(Settings.read(data=data), 1))
    with closing(open_keys(Paths(data), Settings.read(data=data))) as keys:
        made = CertificateFiles(Paths(data).tls, keys)
        made.make_authority("Site", clocks.wall())
        shown = made.use(made.draw(["here.example"], clocks.wall()))
    back_up(data, tmp_path / "site.backup", nobody)
    shutil.move(data / "keys" / "passphrase", tmp_path / "passphrase")
    run(tmp_path / "site.backup", tmp_path / "new")
    restored = Paths(tmp_path / "new")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (restored.tls, *restored.tls.iterdir())}
    assert modes == {"tls": 0o700, "ca.pem": 0o600, "server.pem": 0o600}
    with closing(open_keys(restored, Settings.read(data=restored.data))) as keys:
        pair = CertificateFiles(restored.tls, keys).server()
        assert pair is not None
        assert pair.certificate == shown
        assert (restored.tls / "ca.pem").read_bytes() == (data / "tls" / "ca.pem").read_bytes()


def test_a_backup_without_certificates_makes_none(backup, tmp_path):
    run(backup, tmp_path / "new")
    assert not list((tmp_path / "new" / "tls").glob("*"))


def test_the_passphrase_lies_where_the_server_looks_for_it(backup, tmp_path):
    run(backup, tmp_path / "new")
    assert (tmp_path / "new" / "keys" / "passphrase").read_bytes() == (tmp_path / "passphrase").read_bytes()


def test_with_a_passphrase_file_in_the_settings_no_copy_is_made(backup, tmp_path, monkeypatch):
    monkeypatch.setenv("NAMEPLATE_KEYS__PASSPHRASE_FILE", str(tmp_path / "passphrase"))
    run(backup, tmp_path / "new", passphrase=None)
    assert not (tmp_path / "new" / "keys" / "passphrase").exists()


def test_an_empty_folder_keeps_its_place_and_a_full_one_is_refused(backup, tmp_path):
    (tmp_path / "empty").mkdir()
    run(backup, tmp_path / "empty")
    with pytest.raises(Conflict):
        run(backup, tmp_path / "empty")
    with pytest.raises(NotFound):
        run(backup, tmp_path / "no" / "such")


@pytest.mark.parametrize("evidence", ["{", '{"seq": 9}', '{"seq":5,"at":"2026-11-22T19:04:05.000000Z","kind":"other"}'])
def test_nothing_is_half_restored_when_the_evidence_is_none(backup, tmp_path, evidence):
    (tmp_path / "later").write_text(evidence)
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(Invalid):
        run(backup, tmp_path / "new", evidence=tmp_path / "later")
    assert {path.name for path in tmp_path.iterdir()} == before


def test_nothing_is_half_restored_without_the_passphrase(backup, tmp_path):
    before = {path.name for path in tmp_path.iterdir()}
    with pytest.raises(Refused, match="--passphrase-file"):
        run(backup, tmp_path / "new", passphrase=None)
    assert {path.name for path in tmp_path.iterdir()} == before


def test_a_check_tells_what_is_in_it_and_leaves_nothing(backup, tmp_path):
    before = {path.name for path in tmp_path.iterdir()}
    told = json.loads(json.dumps(check_backup(backup)))
    assert (told["records"], told["integrity"], told["completeness"]) == (5, "ok", "ok")
    assert {path.name for path in tmp_path.iterdir()} == before
