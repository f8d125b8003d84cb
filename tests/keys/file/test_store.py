import contextlib
import stat
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from nameplate.domain.errors import Conflict, Invalid, Unavailable
from nameplate.keys.file import FileKeyStore, FileSigner, StoreDamaged, StoreExposed, StoreInUse, WrongPassphrase
from nameplate.keys.file.sealed import CHOSEN, RANDOM, new_lock, seal
from tests.ports.keys_suite import CredentialsSuite, SuccessionSuite

PASSPHRASE = b"correct horse"


def opened(directory, passphrase=PASSPHRASE):
    return contextlib.closing(FileKeyStore(directory, passphrase))


@pytest.fixture(name="directory")
def directory_fixture(tmp_path):
    return tmp_path / "keys"


class TestCredentials(CredentialsSuite):
    @pytest.fixture
    def reopen(self, directory):
        return lambda: opened(directory)


class TestSuccession(SuccessionSuite):
    @pytest.fixture
    def reopen(self, directory):
        return lambda: opened(directory)


@pytest.mark.parametrize(("random", "version"), [(False, CHOSEN), (True, RANDOM)])
def test_a_store_keeps_to_how_it_was_made(directory, random, version):
    with contextlib.closing(FileKeyStore(directory, PASSPHRASE, random=random)) as store:
        key = store.signer("node").public_key
    with opened(directory) as store:
        store.signer("another")
        assert store.signer("node").public_key == key
    assert (directory / "store").read_bytes()[14] == version


def test_a_store_from_before_there_were_credentials_opens(directory):
    directory.mkdir(mode=0o700)
    (directory / "store").write_bytes(seal(b'{"keys": {}, "secrets": {"a": "eHg="}}', new_lock(PASSPHRASE)))
    (directory / "store").chmod(0o600)
    with opened(directory) as store:
        assert (store.secret("a", 2), store.credentials()) == (b"xx", [])


def test_a_credential_lies_sealed(directory):
    with opened(directory) as store:
        store.put_credential("token", b"plainly readable")
    assert b"plainly readable" not in (directory / "store").read_bytes()


def test_keys_and_secrets_are_made_once_and_survive(directory):
    with opened(directory) as store:
        public = store.signer("node").public_key
        secret = store.secret("points/p1", 32)
        assert store.secret("points/p1", 32) == secret
    with opened(directory) as store:
        assert store.signer("node").public_key == public
        assert store.secret("points/p1", 32) == secret
        assert store.names() == ["node", "points/p1"]


def test_a_signature_is_ed25519_and_of_its_key_only(directory):
    with opened(directory) as store:
        signature = store.signer("node").sign(b"message")
        Ed25519PublicKey.from_public_bytes(store.signer("node").public_key).verify(signature, b"message")
        with pytest.raises(InvalidSignature):
            Ed25519PublicKey.from_public_bytes(store.signer("other").public_key).verify(signature, b"message")
        assert store.signer("node").name == "node"


def test_secrets_differ_from_each_other_and_have_the_size_asked_for(directory):
    with opened(directory) as store:
        assert len(store.secret("a", 16)) == 16
        assert store.secret("a", 16) != store.secret("b", 16)
        with pytest.raises(Conflict):
            store.secret("a", 32)


def test_a_secret_is_replaced_and_a_signing_key_never(directory):
    with opened(directory) as store:
        store.secret("reader", 16)
        store.replace("reader", b"x" * 16)
        store.replace("fresh", b"y" * 20)
        public = store.signer("node").public_key
        with pytest.raises(Conflict):
            store.replace("node", b"z" * 32)
    with opened(directory) as store:
        assert (store.secret("reader", 16), store.secret("fresh", 20)) == (b"x" * 16, b"y" * 20)
        assert store.signer("node").public_key == public


def test_a_name_is_one_kind_for_good(directory):
    with opened(directory) as store:
        store.signer("node")
        store.secret("token", 32)
        with pytest.raises(Conflict):
            store.secret("node", 32)
        with pytest.raises(Conflict):
            store.signer("token")


@pytest.mark.parametrize("name", ["", "/", "a/", "/a", "a//b", "../a", "a b", "é", "x" * 129, "a\n"])
def test_odd_names_are_refused(directory, name):
    with opened(directory) as store:
        for ask in (store.signer, lambda odd: store.secret(odd, 16), lambda odd: store.replace(odd, b"x")):
            with pytest.raises(Invalid):
                ask(name)
        assert store.names() == []


@pytest.mark.parametrize("size", [-1, 0, 64 * 1024 + 1])
def test_odd_sizes_are_refused(directory, size):
    with opened(directory) as store:
        with pytest.raises(Invalid):
            store.secret("a", size)
        assert store.names() == []


def test_the_wrong_passphrase_opens_nothing_and_harms_nothing(directory):
    with opened(directory) as store:
        store.signer("node")
    with pytest.raises(WrongPassphrase):
        FileKeyStore(directory, b"wrong horse")
    with opened(directory) as store:
        assert store.names() == ["node"]


def test_a_tampered_or_truncated_store_is_not_taken_for_a_new_one(directory):
    with opened(directory) as store:
        store.signer("node")
    whole = (directory / "store").read_bytes()
    for damaged in (b"", whole[:40], whole[:-1], whole[:-1] + bytes([whole[-1] ^ 1])):
        (directory / "store").write_bytes(damaged)
        with pytest.raises(StoreDamaged):
            FileKeyStore(directory, PASSPHRASE)


def test_files_open_to_others_are_refused_with_the_line_that_helps(directory):
    with opened(directory) as store:
        store.signer("node")
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert stat.S_IMODE((directory / "store").stat().st_mode) == 0o600
    (directory / "store").chmod(0o644)
    with pytest.raises(StoreExposed, match="chmod 600"):
        FileKeyStore(directory, PASSPHRASE)
    (directory / "store").chmod(0o600)
    directory.chmod(0o755)
    with pytest.raises(StoreExposed, match="chmod 700"):
        FileKeyStore(directory, PASSPHRASE)
    directory.chmod(0o700)
    with opened(directory) as store:
        assert store.names() == ["node"]


def test_one_process_at_a_time(directory):
    with opened(directory), pytest.raises(StoreInUse):
        FileKeyStore(directory, PASSPHRASE)
    with opened(directory):
        pass


def test_no_key_is_given_that_could_not_be_stored(directory):
    with opened(directory) as store:
        (directory / "store.new").mkdir()
        with pytest.raises(Unavailable):
            store.signer("node")
        assert store.names() == []
        (directory / "store.new").rmdir()
        assert store.signer("node")


def test_a_closed_store_stores_nothing(directory):
    store = FileKeyStore(directory, PASSPHRASE)
    store.close()
    store.close()
    with pytest.raises(Unavailable):
        store.signer("node")
    assert not (directory / "store").exists()


def test_threads_that_ask_at_once_get_the_same_key(directory):
    with opened(directory) as store, ThreadPoolExecutor(8) as pool:
        gate = threading.Barrier(8)

        def ask(_number):
            gate.wait(30)
            return store.signer("node").public_key, store.secret("token", 32)

        assert len(set(pool.map(ask, range(8)))) == 1


def test_a_signer_does_not_show_its_key():
    seed = bytes(range(32))
    assert seed.hex() not in repr(FileSigner("node", seed))
    assert str(seed) not in repr(FileSigner("node", seed))
