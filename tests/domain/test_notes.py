import base64
import hashlib

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from nameplate.domain.errors import Invalid
from nameplate.domain.notes import Checkpoint, VerifierKey, format_time, origin_of, parse_key, seal, unseal

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = VerifierKey(origin_of("n1"), PRIVATE.public_key().public_bytes_raw())
CHECKPOINT = Checkpoint("nameplate/n1", 7, b"r" * 32, b"l" * 32, 1_795_000_000_123_456)
NOTE = seal(CHECKPOINT, KEY, PRIVATE.sign)


def holds(public_key, signature, message):
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def signed(text):
    signature = base64.b64encode(KEY.key_id + PRIVATE.sign(text)).decode()
    return text + f"\n— nameplate/n1 {signature}\n".encode()


def test_a_checkpoint_is_written_as_the_specification_says():
    lines = NOTE.decode().split("\n")
    assert lines[0] == "nameplate/n1"
    assert lines[1] == "7"
    assert lines[2] == base64.b64encode(b"r" * 32).decode()
    assert lines[3] == "link " + "6c" * 32
    assert lines[4] == "time 2026-11-18T11:06:40.123456Z"
    assert lines[5] == ""
    assert lines[6].startswith("— nameplate/n1 ")
    raw = base64.b64decode(lines[6].split(" ")[2])
    identity = hashlib.sha256(b"nameplate/n1\n\x01" + KEY.public_key).digest()[:4]
    assert raw[:4] == identity
    PRIVATE.public_key().verify(raw[4:], "\n".join(lines[:5]).encode() + b"\n")


def test_a_verifier_key_is_written_as_the_specification_says():
    name, identity, key = str(KEY).split("+", 2)
    assert (name, identity) == ("nameplate/n1", KEY.key_id.hex())
    assert base64.b64decode(key) == b"\x01" + KEY.public_key


def test_what_was_sealed_is_unsealed():
    assert unseal(NOTE, KEY, holds) == CHECKPOINT


def test_a_key_survives_its_line():
    assert parse_key(str(KEY) + "\n") == KEY


def test_signatures_of_others_are_passed_over():
    witness = base64.b64encode(b"w" * 80).decode()
    assert unseal(NOTE + f"— witness.example {witness}\n".encode(), KEY, holds) == CHECKPOINT


def test_a_second_signature_of_ours_must_hold_too():
    false = base64.b64encode(KEY.key_id + bytes(64)).decode()
    with pytest.raises(Invalid):
        unseal(NOTE + f"— nameplate/n1 {false}\n".encode(), KEY, holds)


@given(st.integers(0, len(NOTE) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(at, change):
    altered = NOTE[:at] + bytes([NOTE[at] ^ change]) + NOTE[at + 1 :]
    with pytest.raises(Invalid):
        unseal(altered, KEY, holds)


@given(st.integers(0, len(NOTE) - 1))
def test_nothing_can_be_cut_off(size):
    with pytest.raises(Invalid):
        unseal(NOTE[:size], KEY, holds)


@given(st.binary(max_size=5000))
def test_junk_is_refused_cleanly(junk):
    with pytest.raises(Invalid):
        unseal(junk, KEY, holds)


@pytest.mark.parametrize(
    "text",
    [
        b"nameplate/n2\n7\n%s\nlink %s\ntime 2026-11-18T11:06:40.123456Z\n",
        b"nameplate/n1\n07\n%s\nlink %s\ntime 2026-11-18T11:06:40.123456Z\n",
        b"nameplate/n1\n-7\n%s\nlink %s\ntime 2026-11-18T11:06:40.123456Z\n",
        b"nameplate/n1\n9999999999999999999999\n%s\nlink %s\ntime 2026-11-18T11:06:40.123456Z\n",
        b"nameplate/n1\n7\n%s\nlink %s\ntime 2026-13-18T11:06:40.123456Z\n",
        b"nameplate/n1\n7\n%s\nlink %s\ntime yesterday\n",
        b"nameplate/n1\n7\n%s\nlink %s\n",
        b"nameplate/n1\n7\nAAAA\nlink %.0s%s\ntime 2026-11-18T11:06:40.123456Z\n",
        b"nameplate/n1\n7\n%s\nlink 00%.0s\ntime 2026-11-18T11:06:40.123456Z\n",
        b"nameplate/n1\n7\n%s\nlink %s\ntime 2026-11-18T11:06:40.123456Z\nmore\n",
    ],
)
def test_a_text_that_is_signed_but_no_checkpoint_of_this_journal_is_refused(text):
    whole = signed(text % (base64.b64encode(b"r" * 32), b"6c" * 32))
    with pytest.raises(Invalid, match="not a checkpoint"):
        unseal(whole, KEY, holds)


@pytest.mark.parametrize(
    "line",
    ["", "nameplate/n1", "a+b+c", str(KEY)[:-4], str(KEY).replace("n1", "n2"), str(KEY) + "A", "é+00000000+AAAA"],
)
def test_a_key_line_whose_parts_do_not_belong_together_is_refused(line):
    with pytest.raises(Invalid):
        parse_key(line)


@given(st.text(max_size=200))
def test_junk_is_no_key(junk):
    with pytest.raises(Invalid):
        parse_key(junk)


def test_times_have_microseconds_and_are_utc():
    assert format_time(0) == "1970-01-01T00:00:00.000000Z"
    assert format_time(1) == "1970-01-01T00:00:00.000001Z"
