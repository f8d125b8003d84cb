"""From the front door: a backup under load, a restore, and what comes back and what does not."""

import gzip
import json
import random
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

from nameplate.domain.notes import VerifierKey
from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import running_server
from tests.boot.journals import records
from tests.entry.world import World, run

FLIPS = 20


@pytest.fixture(name="home", scope="module")
def home_fixture(tmp_path_factory):
    """A server's data and a backup taken while decisions flow. What happened after it was written down too."""
    home = tmp_path_factory.mktemp("bk")
    data = home / "data"
    data.mkdir()
    with running_server(data, free_port(), NAMEPLATE_AUTHZEN__SUBJECT_TYPES='["user"]') as server:
        world = World(server)
        world.order("quarantine", world.actor("stopped-before"))
        world.actor("stopped-after")
        world.actor("rekeyed")
        acknowledged, done = [], threading.Event()

        def load():
            while not done.is_set():
                answer = world.evaluate("alice", "read", "record-1")
                acknowledged.append(answer["context"]["decision_id"])

        threads = [threading.Thread(target=load) for _ in range(4)]
        for thread in threads:
            thread.start()
        while len(acknowledged) < 50:
            done.wait(0.01)
        before = list(acknowledged)
        told = world.run("backup", "--to", home / "site.backup", "--json")
        done.set()
        for thread in threads:
            thread.join()
        assert told.code == 0, told.err
        world.order("quarantine", "stopped-after")
        world.actor("made-after")
        world.order("retire", "made-after")
        assert world.run("journal", "export", "--out", home / "later.ndjson").code == 0
    shutil.copy(data / "keys" / "passphrase", home / "passphrase")
    (home / "before.json").write_text(json.dumps(before))
    (home / "told.json").write_text(told.out)
    return home


def restored(home: Path, data: Path, *more: object) -> dict:
    done = run(
        "restore", home / "site.backup", "--data", data, "--passphrase-file", home / "passphrase", "--json", *more
    )
    assert done.code == 0, done.err
    return done.json


def states(world: World) -> dict[str, str]:
    return {each["id"]: each["state"] for each in world.server.client.get("/v1/actors?limit=100")["items"]}


def test_whatever_was_acknowledged_before_the_backup_began_is_in_it(home, tmp_path):
    answer = restored(home, tmp_path / "data")
    told = json.loads((home / "told.json").read_text())
    assert answer["records"] == told["records"]
    kept = {record["decision_id"] for record in records(tmp_path / "data", "decision")}
    before = set(json.loads((home / "before.json").read_text()))
    assert before
    assert before <= kept
    assert run("journal", "verify", "--data", tmp_path / "data").code == 0


def test_nobody_acts_after_a_restore_until_a_person_says_so(home, tmp_path):
    answer = restored(home, tmp_path / "data")
    former, node = answer["former"], answer["node"]
    assert answer["held"] == 4
    with running_server(tmp_path / "data", free_port(), NAMEPLATE_AUTHZEN__SUBJECT_TYPES='["user"]') as server:
        world = object.__new__(World)
        world.server = server
        world.token = world.point("pep")
        assert states(world)["alice"] == "suspended"
        denied = world.evaluate("alice", "read", "record-1")
        assert (denied["decision"], denied["context"]["reason"]) == (False, "state")
        assert denied["context"]["decision_id"].startswith(f"{node}-")
        assert world.run("accept-restore", "--reason", "").code == 4
        accepted = world.run("accept-restore", "--reason", "Looked at what the sinks got.", "--json")
        assert set(accepted.json["activated"]) == {"alice", "bob", "stopped-after", "rekeyed"}
        assert world.permits("alice")
        assert states(world)["stopped-before"] == "quarantined"
        assert world.run("accept-restore", "--reason", "again").code == 5
        # Ids from before the restore are still explained, and none of them is given again.
        old = json.loads((home / "before.json").read_text())[0]
        assert old.startswith(f"{former}-")
        assert world.run("decision", "explain", old).code == 0
        assert world.run("decision", "explain", old.replace(former, node)).code == 3
    assert run("journal", "verify", "--data", tmp_path / "data").code == 0


def test_stops_that_a_later_copy_knows_are_ordered_again(home, tmp_path):
    answer = restored(home, tmp_path / "data", "--evidence", home / "later.ndjson")
    assert answer["held"] == 3
    assert "Actor made-after" in answer["evidence"]["declared_since"]
    with running_server(tmp_path / "data", free_port(), NAMEPLATE_AUTHZEN__SUBJECT_TYPES='["user"]') as server:
        world = object.__new__(World)
        world.server = server
        world.token = world.point("pep")
        world.run("accept-restore", "--reason", "Looked at what the sinks got.")
        found = states(world)
        assert (found["stopped-after"], found["made-after"], found["alice"]) == ("quarantined", "retired", "active")
        assert not world.permits("stopped-after")
        # The manifests are applied again, as the manual says: that revives nobody.
        world.actor("made-after")
        assert states(world)["made-after"] == "retired"


def test_a_restore_goes_into_an_empty_place_only(home, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine").write_text("precious")
    done = run("restore", home / "site.backup", "--data", tmp_path / "data", "--passphrase-file", home / "passphrase")
    assert done.code == 5
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    assert (tmp_path / "data" / "mine").read_text() == "precious"


@pytest.mark.parametrize("passphrase", [None, b"another passphrase\n"])
def test_without_the_passphrase_nothing_is_restored(home, tmp_path, passphrase):
    given = []
    if passphrase:
        (tmp_path / "wrong").write_bytes(passphrase)
        (tmp_path / "wrong").chmod(0o600)
        given = ["--passphrase-file", tmp_path / "wrong"]
    done = run("restore", home / "site.backup", "--data", tmp_path / "data", *given)
    assert done.code == 4
    assert "passphrase" in done.err
    assert not (tmp_path / "data").exists()


def test_every_one_of_many_alterations_of_the_file_is_refused(home, tmp_path):
    whole, numbers = (home / "site.backup").read_bytes(), random.Random(20_261_122)
    assert run("restore", home / "site.backup", "--check").code == 0
    for number in range(FLIPS):
        at = numbers.randrange(len(whole))
        cut = number % 2 == 1
        altered = whole[:at] if cut else whole[:at] + bytes([whole[at] ^ 1 << numbers.randrange(8)]) + whole[at + 1 :]
        path = tmp_path / "altered.backup"
        path.write_bytes(altered)
        data = tmp_path / "data"
        assert run("restore", path, "--check").code == 1, (cut, at)
        assert run("restore", path, "--data", data, "--passphrase-file", home / "passphrase").code == 1, (cut, at)
        assert not data.exists()
        assert [each.name for each in tmp_path.iterdir()] == ["altered.backup"]


def test_the_file_is_for_its_owner_and_ordinary_tools_open_it(home, tmp_path):
    assert (home / "site.backup").stat().st_mode & 0o777 == 0o600
    names = subprocess.run(
        ["tar", "tzf", str(home / "site.backup")], capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"node", "keys/store", "journal/head.0", "manifest.json"} <= set(names)
    assert not any("passphrase" in name for name in names)
    assert (home / "passphrase").read_bytes().strip() not in gzip.decompress((home / "site.backup").read_bytes())


def test_a_key_noted_elsewhere_tells_a_forgery(home, tmp_path):
    own = (home / "data" / "journal" / "node.vkey").read_text().strip()
    assert run("restore", home / "site.backup", "--check", "--key", own).code == 0
    other = VerifierKey("nameplate/n1", bytes(32))
    assert run("restore", home / "site.backup", "--check", "--key", other).code == 1


def test_a_backup_is_never_written_over_and_needs_data(home, tmp_path):
    assert run("backup", "--data", home / "data", "--to", home / "site.backup").code == 5
    assert run("backup", "--data", tmp_path, "--to", tmp_path / "x").code == 3
    assert run("backup", "--data", home / "data", "--to", tmp_path / "stopped.backup").code == 0
    assert run("restore", tmp_path / "stopped.backup", "--check").code == 0
