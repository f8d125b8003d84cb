import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st

from nameplate.keys.file import StoreDamaged, WrongPassphrase
from nameplate.keys.file.sealed import CHOSEN, RANDOM, new_lock, open_sealed, seal

PASSPHRASE = b"correct horse"
LOCK = new_lock(PASSPHRASE)
SEALED = seal(b"content", LOCK)
QUICK = new_lock(PASSPHRASE, RANDOM)
HEAD = 14 + 1 + 16 + 16 + 12 + 4


@pytest.mark.parametrize("lock", [LOCK, QUICK], ids=["chosen", "random"])
def test_what_was_sealed_is_opened_with_the_passphrase_and_no_other(lock):
    sealed = seal(b"content", lock)
    assert open_sealed(sealed, PASSPHRASE) == (b"content", lock)
    with pytest.raises(WrongPassphrase):
        open_sealed(sealed, b"wrong horse")


def test_what_somebody_chose_is_stretched_unless_told_otherwise():
    assert (LOCK.version, QUICK.version) == (CHOSEN, RANDOM)


def test_a_key_that_is_made_quickly_is_the_one_of_rfc_5869():
    derived = HKDF(SHA256(), 48, QUICK.salt, b"nameplate-keys").derive(PASSPHRASE)
    assert (QUICK.key, QUICK.check) == (derived[:32], derived[32:])


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
    with pytest.raises(StoreDamaged, match="version 3"):
        open_sealed(SEALED[:14] + b"\x03" + SEALED[15:], PASSPHRASE)
    with pytest.raises(WrongPassphrase):
        open_sealed(SEALED[:14] + bytes([RANDOM]) + SEALED[15:], PASSPHRASE)


@given(st.binary(max_size=300))
def test_junk_is_damage(junk):
    with pytest.raises(StoreDamaged):
        open_sealed(junk, PASSPHRASE)


def test_a_key_does_not_show_itself():
    assert repr(LOCK) == "Unlocked(...)"
    assert LOCK.key.hex() not in str(LOCK)


def flipped(at):
    return SEALED[:at] + bytes([SEALED[at] ^ 1]) + SEALED[at + 1 :]
