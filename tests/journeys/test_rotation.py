"""Keys are changed under a running site: no door is lost, whatever fails in between, and everything still verifies."""

import os
import signal
from contextlib import suppress

import pytest

from nameplate.domain.errors import NameplateError, Refused, Unavailable
from nameplate.domain.notes import parse_key
from tests.entry.world import run
from tests.journeys.conftest import LAB, PHARMACY, POINT

pytestmark = pytest.mark.timeout(110)


def rotate(hospital, what, *words):
    return hospital.run("key", "rotate", what, *words, "--reason", "Every year", "--json").json


def changes(hospital, door):
    return [each["change"] for each in hospital.records() if each["kind"] == "transport_key" and each["door"] == door]


def test_a_point_signs_with_its_new_key_and_keeps_its_doors(hospital):
    robot = hospital.enrolled("key-1")
    assert hospital.come(robot, PHARMACY).permit
    hospital.doors[PHARMACY].open()
    hospital.happened("door_opened", door=PHARMACY, actor="key-1")
    before = len([each for each in hospital.records() if each.get("happening") == "reader_offline"])
    done = rotate(hospital, "point", POINT)
    assert done["in_use"]
    # The crossing that was under way ends as any other, and the new key signs for what comes.
    hospital.doors[PHARMACY].close()
    hospital.happened("passage", door=PHARMACY, actor="key-1", to_zone="L1-pharmacy")
    stop = hospital.run("actor", "suspend", "key-1", "--reason", "A test", "--json").json["stop"]
    (receipt,) = stop["receipts"]
    assert (receipt["key"], stop["missing"]) == (done["key"], [])
    listed = {each["id"]: each for each in hospital.run("point", "list", "--json").json["items"]}
    assert (listed[POINT]["key"], listed[POINT]["connected"]) == (done["key"], True)
    assert len([each for each in hospital.records() if each.get("happening") == "reader_offline"]) == before
    assert [each for each in hospital.records() if each["kind"] == "caller"][-1]["reason"] == "Every year"


def test_a_reader_gets_its_new_key_and_the_door_works_on(hospital):
    former = hospital.doors[LAB].electronics.key
    assert rotate(hospital, "transport", LAB) == {"of": f"transport {LAB}", "former": "", "key": "", "in_use": True}
    assert hospital.doors[LAB].electronics.key != former
    assert changes(hospital, LAB) == ["ordered", "changed"]
    hospital.happened("transport_key_acknowledged", door=LAB)
    hospital.happened("transport_key_changed", door=LAB)
    robot = hospital.enrolled("key-2", "lab-only")
    assert hospital.come(robot, LAB).permit
    for text in (former.hex(), hospital.doors[LAB].electronics.key.hex()):
        for file in [hospital.server.data / "serve.log", *(hospital.server.data / "journal").iterdir()]:
            assert text.encode() not in file.read_bytes()


def test_a_reader_that_is_away_keeps_its_key_and_nothing_is_half_done(hospital):
    door = hospital.doors[PHARMACY]
    door.silence(cut=True)
    hospital.happened("reader_offline", door=PHARMACY)
    former = door.electronics.key
    told = run("key", "rotate", "transport", PHARMACY, "--reason", "x", "--data", hospital.server.data)
    assert (told.code, "cannot be reached" in told.err) == (4, True)
    assert changes(hospital, PHARMACY) == ["ordered", "refused"]
    door.silence(cut=False)
    count = len([each for each in hospital.records() if each.get("happening") == "reader_online"])
    hospital.until(lambda: is_back(hospital, count), "the reader is back")
    assert door.electronics.key == former
    rotate(hospital, "transport", PHARMACY)
    assert door.electronics.key != former


def is_back(hospital, count):
    online = [each for each in hospital.records() if each.get("happening") == "reader_online"]
    return len(online) >= count and online[-1]["door"] == PHARMACY


def test_a_deciding_process_that_dies_meanwhile_finds_out_what_the_reader_has(hospital):
    """It dies when the reader has the key and nobody was told: afterwards both are tried, and the door works."""
    door, former = hospital.doors[LAB], hospital.doors[LAB].electronics.key
    done = len([each for each in changes(hospital, LAB) if each == "changed"])

    def die(command):
        if "data" in command and len(command["data"]) == 16:
            os.kill(hospital.server.process("decide"), signal.SIGKILL)

    door.on_command = die
    with pytest.raises(NameplateError):
        hospital.server.client.post("/v1/keys/transport/rotate", {"door": LAB, "reason": "x"})
    door.on_command = lambda _: None
    hospital.until(lambda: is_connected(hospital), "it decides again")
    hospital.until(lambda: len([each for each in changes(hospital, LAB) if each == "changed"]) > done, "it is known")
    assert door.electronics.key != former
    robot = hospital.enrolled("key-3", "lab-only")
    assert hospital.come(robot, LAB).permit
    rotate(hospital, "transport", LAB)


def is_connected(hospital):
    with suppress(Unavailable):
        return any(each["connected"] for each in hospital.server.client.get("/v1/points")["items"])
    return False


def test_the_journal_of_all_this_verifies_under_its_first_key_and_is_restored_from_a_backup(hospital, tmp_path):
    data = hospital.server.data
    noted = (data / "journal" / "node.vkey").read_text().strip()
    kept = tmp_path / "kept"
    kept.write_bytes((data / "journal" / "head.0").read_bytes())
    rotate(hospital, "node")
    assert hospital.run("journal", "verify", "--key", noted, "--checkpoint", kept, "--json").json["integrity"] == "ok"
    backup = tmp_path / "site.backup"
    hospital.run("backup", "--to", backup)
    assert run("restore", backup, "--check", "--key", noted).code == 0
    other = parse_key(noted)._replace(public_key=bytes(32))
    assert run("restore", backup, "--check", "--key", other).code == 1
    passphrase = data / "keys" / "passphrase"
    assert run("restore", backup, "--data", tmp_path / "new", "--passphrase-file", passphrase, "--key", noted).code == 0
    assert run("journal", "verify", "--data", tmp_path / "new", "--key", noted, "--checkpoint", kept).code == 0


def test_a_reason_is_asked_for(hospital):
    with pytest.raises(Refused):
        hospital.server.client.post("/v1/keys/transport/rotate", {"door": LAB, "reason": ""})
    assert run("key", "rotate", "transport", LAB, "--data", hospital.server.data).code == 2
