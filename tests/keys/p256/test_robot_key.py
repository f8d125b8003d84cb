import signal
import subprocess
import sys
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from nameplate.domain.errors import Conflict, NotFound, Refused
from nameplate.domain.presence import MAX_COUNTER, key_handle
from nameplate.keys.p256 import FreshKey, P256Agreement, RobotKey
from nameplate.keys.p256.files import locked, write_private
from nameplate.ports.agreement import UnitIdentity


def identity_of(key) -> UnitIdentity:
    return UnitIdentity("amr-17", "clinic", "T3-00417", key_handle(key.public))


@pytest.fixture
def folder(tmp_path):
    key = FreshKey(tmp_path / "state")
    key.bind(identity_of(key))
    return tmp_path / "state"


def test_a_bound_key_is_loaded_as_it_was(tmp_path):
    fresh = FreshKey(tmp_path / "state")
    fresh.bind(identity_of(fresh))
    key = RobotKey(tmp_path / "state")
    assert (key.public, key.identity) == (fresh.public, identity_of(fresh))
    assert P256Agreement().verify(fresh.public, b"message", key.sign(b"message"))


def test_the_counter_rises_over_restarts(folder):
    assert [RobotKey(folder).next_counter() for _ in range(3)] == [1, 2, 3]


def test_a_new_key_goes_on_counting(folder):
    RobotKey(folder).next_counter()
    fresh = FreshKey(folder)
    assert fresh.bind(identity_of(fresh)).next_counter() == 2


def test_a_key_that_is_not_bound_leaves_the_earlier_one(folder):
    before = RobotKey(folder).public
    FreshKey(folder)
    assert RobotKey(folder).public == before


def test_a_key_is_not_bound_under_the_name_of_another(tmp_path):
    key, other = FreshKey(tmp_path), FreshKey(tmp_path)
    with pytest.raises(Conflict):
        key.bind(identity_of(other))
    with pytest.raises(NotFound):
        RobotKey(tmp_path)


def test_the_counter_survives_a_kill(folder):
    """Kills a process between its answers, then asks for the next number: it must be a new one."""
    script = (
        "import sys; from pathlib import Path; from nameplate.keys.p256 import RobotKey\n"
        "key = RobotKey(Path(sys.argv[1]))\n"
        "while True: print(key.next_counter(), flush=True)"
    )
    command = [sys.executable, "-c", script, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={"PYTHONPATH": ":".join(sys.path)}) as process:
        assert process.stdout is not None
        seen = [int(process.stdout.readline()) for _ in range(5)]
        process.send_signal(signal.SIGKILL)
        seen += [int(line) for line in process.stdout if line.endswith(b"\n")]
    assert RobotKey(folder).next_counter() > max(seen)


def test_a_number_is_taken_by_one_at_a_time(folder):
    """The lock is one between processes as well: each has its own handle of the lock file."""
    taken: list[int] = []
    thread = threading.Thread(target=lambda: taken.append(RobotKey(folder).next_counter()))
    with locked(folder):
        thread.start()
        thread.join(0.2)
        assert taken == []
        write_private(folder / "counter", b"41")
    thread.join(5)
    assert taken == [42]


def test_a_spent_counter_does_not_wrap(folder):
    (folder / "counter").write_text(str(MAX_COUNTER))
    with pytest.raises(Conflict, match="no numbers left"):
        RobotKey(folder).next_counter()


@pytest.mark.parametrize("text", ["", "-1", "1.0", "x", "1\n", str(MAX_COUNTER + 1), "\u0661"])
def test_a_damaged_counter_is_not_guessed(folder, text):
    (folder / "counter").write_text(text)
    with pytest.raises(Conflict, match="counter"):
        RobotKey(folder)


@pytest.mark.parametrize("name", ["key.pem", "unit.json", "counter"])
def test_a_missing_part_says_to_enrol(folder, name):
    (folder / name).unlink()
    with pytest.raises(NotFound, match="Enrol"):
        RobotKey(folder)


@pytest.mark.parametrize("name", ["key.pem", "unit.json", "counter"])
def test_a_part_open_to_others_is_refused(folder, name):
    (folder / name).chmod(0o644)
    with pytest.raises(Refused):
        RobotKey(folder)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"actor": 1}', '{"actor":"a","site":"s","serial":"x"}', "\xff"])
def test_a_damaged_identity_is_a_conflict(folder, text):
    (folder / "unit.json").write_text(text, encoding="latin-1")
    with pytest.raises(Conflict, match=r"unit\.json"):
        RobotKey(folder)


def pem(private) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    "data",
    [b"", b"not a key", pem(ed25519.Ed25519PrivateKey.generate()), pem(ec.generate_private_key(ec.SECP384R1()))],
)
def test_a_file_that_is_no_p256_key_is_a_conflict(folder, data):
    (folder / "key.pem").write_bytes(data)
    with pytest.raises(Conflict) as caught:
        RobotKey(folder)
    assert "PRIVATE" not in str(caught.value)


def test_a_key_beside_the_name_of_another_is_a_conflict(folder):
    (folder / "key.pem").write_bytes(pem(ec.generate_private_key(ec.SECP256R1())))
    with pytest.raises(Conflict, match="do not belong together"):
        RobotKey(folder)
