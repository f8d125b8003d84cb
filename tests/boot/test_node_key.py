"""The key store and the journal agree on the node's key after whatever was cut short."""

import asyncio
from contextlib import closing

import pytest

from nameplate.boot.node_key import open_journal, signer_of
from nameplate.boot.paths import Paths
from nameplate.domain.notes import VerifierKey, origin_of
from nameplate.journals.segments import verify
from nameplate.keys.file import FileKeyStore

AT = 1_795_000_000_000_000


def run(paths, scenario):
    async def main():
        with closing(FileKeyStore(paths.keys, b"correct horse")) as keys:
            journal = open_journal(paths, "n1", keys)
            try:
                return await scenario(keys, journal)
            finally:
                await journal.close()

    return asyncio.run(main())


@pytest.fixture(name="paths")
def paths_fixture(tmp_path):
    found = Paths(tmp_path)
    found.create()
    return found


def test_a_crash_before_the_store_knows_is_made_good_at_the_next_start(paths):
    async def cut_short(keys, journal):
        following = keys.next_signer("node")
        await journal.hand_over(following, {}, AT)
        return following.public_key

    async def after(keys, journal):
        await journal.append(b'{"kind":"sample"}', AT)
        return journal.signer.public_key, keys.signer("node").public_key, keys.awaited()

    following = run(paths, cut_short)
    assert run(paths, after) == (following, following, set())
    assert run(paths, after) == (following, following, set())
    assert verify(paths.journal).ok


def test_a_key_that_was_made_and_never_announced_is_forgotten(paths):
    async def cut_short(keys, journal):
        await journal.append(b'{"kind":"sample"}', AT)
        keys.next_signer("node")
        return keys.signer("node").public_key

    async def after(keys, journal):
        return journal.signer.public_key, keys.awaited()

    former = run(paths, cut_short)
    assert run(paths, after) == (former, set())
    assert verify(paths.journal).ok


def test_the_signer_is_found_by_its_public_half(paths):
    async def scenario(keys, journal):
        both = keys.signer("node"), keys.next_signer("node")
        for signer in both:
            found = signer_of(keys, VerifierKey(origin_of("n1"), signer.public_key))
            assert found is not None
            assert found.public_key == signer.public_key
        assert signer_of(keys, VerifierKey(origin_of("n1"), bytes(32))) is None

    run(paths, scenario)


def test_a_store_without_a_node_has_no_signer(tmp_path):
    with closing(FileKeyStore(tmp_path / "keys", b"correct horse")) as keys:
        assert signer_of(keys, VerifierKey(origin_of("n1"), bytes(32))) is None
        assert keys.names() == []
