import os

import pytest

from nameplate.domain.notes import Checkpoint, VerifierKey
from nameplate.journals.segments.files import Files
from nameplate.journals.segments.heads import (
    KEY_FILE,
    SLOTS,
    HeadWriter,
    ed25519_holds,
    newest,
    read_key,
    read_note,
    read_slots,
)
from tests.journals.segments.samples import OTHER_SIGNER, SIGNER, FailingFiles

KEY = VerifierKey("nameplate/n1", SIGNER.public_key)


def checkpoint(size):
    return Checkpoint("nameplate/n1", size, b"r" * 32, b"l" * 32, 1_000)


@pytest.fixture(name="heads")
def heads_fixture(tmp_path):
    heads = HeadWriter(tmp_path, Files(), KEY, SIGNER.sign)
    heads.write_both(checkpoint(12))
    yield heads
    heads.close()


def sizes(directory):
    return [slot.checkpoint and slot.checkpoint.size for slot in read_slots(directory, KEY)]


def newest_size(directory):
    found = newest(read_slots(directory, KEY))
    return found and found.size


def test_the_slots_are_written_in_turn(heads, tmp_path):
    assert sizes(tmp_path) == [12, 12]
    heads.write(checkpoint(13))
    assert sizes(tmp_path) == [13, 12]
    heads.write(checkpoint(14))
    assert sizes(tmp_path) == [13, 14]
    heads.write(checkpoint(15))
    assert sizes(tmp_path) == [15, 14]
    assert newest_size(tmp_path) == heads.last[0].size == 15


def test_a_shorter_note_leaves_nothing_of_a_longer_one(heads, tmp_path):
    heads.write(checkpoint(1_000_000))
    heads.write(checkpoint(1_000_000))
    heads.write(checkpoint(7))
    assert sizes(tmp_path) == [7, 1_000_000]
    assert (tmp_path / SLOTS[0]).read_bytes() == heads.last[1]


def test_the_other_slot_stays_whole_when_a_write_is_torn(tmp_path):
    files = FailingFiles()
    heads = HeadWriter(tmp_path, files, KEY, SIGNER.sign)
    heads.write_both(checkpoint(12))
    files.most = 30
    heads.write(checkpoint(13))
    assert sizes(tmp_path) == [13, 12]
    (tmp_path / SLOTS[0]).write_bytes((tmp_path / SLOTS[0]).read_bytes()[:30])
    assert sizes(tmp_path) == [None, 12]
    assert newest_size(tmp_path) == 12
    heads.close()


def test_a_slot_of_another_key_or_none_is_no_checkpoint(heads, tmp_path):
    other = VerifierKey("nameplate/n1", OTHER_SIGNER.public_key)
    assert [slot.checkpoint for slot in read_slots(tmp_path, other)] == [None, None]
    (tmp_path / SLOTS[1]).unlink()
    assert read_slots(tmp_path, KEY)[1].fault == "the checkpoint is missing"
    assert newest(read_slots(tmp_path / "nowhere", KEY)) is None


def test_a_key_file_is_read_only_when_it_is_sound(tmp_path):
    assert read_key(tmp_path) is None
    (tmp_path / KEY_FILE).write_text(f"{KEY}\n")
    assert read_key(tmp_path) == KEY
    (tmp_path / KEY_FILE).write_bytes(b"\xff" * 10_000)
    assert read_key(tmp_path) is None


def test_a_pipe_is_not_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert read_note(tmp_path / "pipe") == b""


def test_a_signature_holds_for_its_key_and_message_only():
    signature = SIGNER.sign(b"message")
    assert ed25519_holds(SIGNER.public_key, signature, b"message")
    assert not ed25519_holds(SIGNER.public_key, signature, b"massage")
    assert not ed25519_holds(OTHER_SIGNER.public_key, signature, b"message")
    assert not ed25519_holds(b"short", signature, b"message")
