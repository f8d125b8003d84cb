import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nameplate.keys.file import StoreDamaged, WrongPassphrase
from nameplate.keys.file.sealed import new_lock, open_sealed, seal

PASSPHRASE = b"correct horse"
LOCK = new_lock(PASSPHRASE)
SEALED = seal(b"content", LOCK)
HEAD = 14 + 1 + 16 + 16 + 12 + 4


def test_what_was_sealed_is_opened_with_the_passphrase():
    assert open_sealed(SEALED, PASSPHRASE) == (b"content", LOCK)


def test_another_passphrase_is_told_apart_from_damage():
    with pytest.raises(WrongPassphrase):
        open_sealed(SEALED, b"wrong horse")


def test_nothing_of_the_content_is_in_the_clear_and_no_two_seals_are_alike():
    assert b"content" not in SEALED
    assert seal(b"content", LOCK) != SEALED


@pytest.mark.parametrize("size", [0, 5, HEAD - 1, HEAD, HEAD + 1, len(SEALED) - 1])
def test_a_store_cut_short_is_said_to_be(size):
    with pytest.raises(StoreDamaged, match="cut short"):
        open_sealed(SEALED[:size], PASSPHRASE)


def test_bytes_too_many_are_damage():
    with pytest.raises(StoreDamaged, match="more than belongs"):
        open_sealed(SEALED + b"x", PASSPHRASE)


@pytest.mark.parametrize("at", range(HEAD - 16, len(SEALED), 7))
def test_an_altered_nonce_length_or_content_is_damage(at):
    with pytest.raises(StoreDamaged):
        open_sealed(flipped(at), PASSPHRASE)


@settings(max_examples=8)
@given(st.integers(0, len(SEALED) - 1))
def test_no_byte_at_all_can_be_altered(at):
    with pytest.raises((StoreDamaged, WrongPassphrase)):
        open_sealed(flipped(at), PASSPHRASE)


def test_the_version_is_authenticated_and_a_newer_one_is_named():
    with pytest.raises(StoreDamaged, match="version 2"):
        open_sealed(SEALED[:14] + b"\x02" + SEALED[15:], PASSPHRASE)


@given(st.binary(max_size=300))
def test_junk_is_damage(junk):
    with pytest.raises(StoreDamaged):
        open_sealed(junk, PASSPHRASE)


def test_a_key_does_not_show_itself():
    assert repr(LOCK) == "Unlocked(...)"
    assert LOCK.key.hex() not in str(LOCK)


def flipped(at):
    return SEALED[:at] + bytes([SEALED[at] ^ 1]) + SEALED[at + 1 :]
