import json
import shutil
import subprocess
import sys

import pytest

from nameplate.domain.errors import Invalid
from nameplate.domain.merkle import leaf_hash, verify_inclusion
from nameplate.entry.cli.journal import record_number
from tests.entry.world import run


@pytest.fixture(name="copy")
def copy_fixture(world, tmp_path):
    """The journal of the server, without the server."""
    world.permits("alice")
    (tmp_path / "copy").mkdir()
    shutil.copytree(world.server.data / "journal", tmp_path / "copy" / "journal")
    return tmp_path / "copy"


def test_verify_works_with_the_server_and_without(world, copy):
    for data in (world.server.data, copy):
        told = run("journal", "verify", "--data", data, "--json")
        assert told.code == 0
        assert (told.json["integrity"], told.json["completeness"]) == ("ok", "ok")
        assert told.json["records"] > 2
    assert "integrity: ok\ncompleteness: ok\n" in run("journal", "verify", "--data", copy).out


def segment_of(copy):
    """The one file with the records; beside it lie heads, keys and a reserve."""
    (segment,) = (copy / "journal").glob("*.journal")
    return segment


def test_a_changed_byte_is_broken_and_ends_with_7(copy):
    segment = segment_of(copy)
    segment.write_bytes(segment.read_bytes().replace(b'"alice"', b'"alicf"', 1))
    told = run("journal", "verify", "--data", copy, "--json")
    assert (told.code, told.json["integrity"]) == (7, "broken")
    assert told.err


def test_a_missing_end_is_cut_and_ends_with_7(copy):
    segment = segment_of(copy)
    lines = segment.read_bytes().splitlines(keepends=True)
    segment.write_bytes(b"".join(lines[:-2]))
    told = run("journal", "verify", "--data", copy, "--json")
    assert (told.code, told.json["completeness"]) == (7, "cut")


def test_a_checkpoint_kept_elsewhere_tells_of_a_journal_that_was_rewritten(world, copy, tmp_path):
    proof = run("journal", "prove", "2", "--data", copy, "--json").json
    (tmp_path / "note").write_text(proof["checkpoint"])
    words = ("journal", "verify", "--checkpoint", tmp_path / "note", "--json")
    assert run(*words, "--data", copy).code == 0
    (tmp_path / "note").write_text(proof["checkpoint"].replace("\n\n", "\nx\n\n", 1))
    assert run(*words, "--data", copy).code != 0
    assert run("journal", "verify", "--checkpoint", tmp_path / "absent", "--data", copy).code == 1


@pytest.mark.parametrize("words", [("verify",), ("export", "--out", "-"), ("tail", "--no-follow"), ("prove", "1")])
def test_no_journal_ends_with_3(tmp_path, words):
    assert run("journal", *words, "--data", tmp_path).code == 3


def test_export_writes_every_record_as_an_object_a_line(world, tmp_path):
    decision_id = world.evaluate("alice", "read", "record-1")["context"]["decision_id"]
    out = tmp_path / "records.ndjson"
    told = world.run("journal", "export", "--out", out, "--json")
    records = [json.loads(line) for line in out.read_text().splitlines()]
    assert told.json == {"records": len(records), "out": str(out)}
    assert [record["seq"] for record in records] == list(range(1, len(records) + 1))
    (found,) = [record for record in records if record.get("decision_id") == decision_id]
    assert (found["kind"], found["decision"], found["actor"]) == ("decision", "permit", "alice")
    part = world.run("journal", "export", "--out", "-", "--from", len(records)).out.splitlines()
    assert json.loads(part[0]) == records[-1]


def test_an_export_from_nowhere_leaves_what_was_there(tmp_path):
    out = tmp_path / "records.ndjson"
    out.write_text("precious")
    assert run("journal", "export", "--out", out, "--data", tmp_path).code == 3
    assert out.read_text() == "precious"


def test_tail_shows_the_last_and_hides_control_characters(world):
    world.evaluate("\x1b[2Jghost", "read", "record-1")
    told = world.run("journal", "tail", "--no-follow", "-n", 1)
    assert "decision" in told.out
    assert all(line.isprintable() for line in told.out.splitlines())
    assert json.loads(world.run("journal", "tail", "--no-follow", "-n", 1, "--json").out)["actor"] == "\x1b[2Jghost"


def test_tail_follows_what_arrives(world):
    words = ["journal", "tail", "-n", "1", "--json", "--data", str(world.server.data)]
    command = [sys.executable, "-m", "nameplate", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as tail:
        assert tail.stdout
        try:
            assert "followed" not in tail.stdout.readline()
            decision_id = world.evaluate("followed", "read", "record-1")["context"]["decision_id"]
            while decision_id not in (line := tail.stdout.readline()):
                assert line
        finally:
            tail.terminate()


def test_a_proof_can_be_checked_by_anybody(world):
    decision_id = world.evaluate("bob", "read", "record-1")["context"]["decision_id"]
    proof = world.run("journal", "prove", decision_id, "--json").json
    assert json.loads(proof["record"])["decision_id"] == decision_id
    hashes = tuple(bytes.fromhex(each) for each in proof["hashes"])
    index, size, root = proof["leaf_index"], proof["tree_size"], bytes.fromhex(proof["root"])
    record = proof["record"].encode()
    assert verify_inclusion(leaf_hash(record), index, size, hashes, root)
    assert not verify_inclusion(leaf_hash(record + b" "), index, size, hashes, root)
    assert world.run("journal", "prove", proof["seq"], "--json").json["record"] == proof["record"]


@pytest.mark.parametrize("record", ["999999999", "n0-1", "n0-999999999"])
def test_what_is_not_there_cannot_be_proved(world, record):
    assert world.run("journal", "prove", record).code == 3


def test_the_verifier_stands_alone(world, copy, tmp_path):
    program = tmp_path / "verifier.py"
    assert run("journal", "verifier", "--out", program, "--json").json == {"out": str(program)}
    assert run("journal", "verifier", "--json").json["program"] == program.read_text()
    assert "import nameplate" not in program.read_text()
    compile(run("journal", "verifier").out, "verifier.py", "exec")


def test_a_record_has_a_number():
    assert (record_number("17"), record_number("n1-17")) == (17, 17)
    for text in ("", "x", "n1-", "1.5", "-"):
        with pytest.raises(Invalid):
            record_number(text)
