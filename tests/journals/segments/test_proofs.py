import pytest

from nameplate.domain.errors import NotFound
from nameplate.domain.merkle import leaf_hash, tree_root, verify_inclusion
from nameplate.domain.notes import VerifierKey, unseal
from nameplate.journals.segments import JournalBroken, JournalPrunedMeanwhile, prove, read
from nameplate.journals.segments.heads import ed25519_holds
from tests.journals.segments.samples import SIGNER, SMALL, pruned_when_opened, segments, write

KEY = VerifierKey("nameplate/n1", SIGNER.public_key)


def holds(proof, raw=None):
    leaf = leaf_hash(raw or proof.raw)
    return verify_inclusion(leaf, proof.leaf_index, proof.checkpoint.size, proof.hashes, proof.checkpoint.root)


@pytest.mark.parametrize("count", [1, 2, 3, 37, 64])
def test_every_record_is_proven_against_the_signed_checkpoint(tmp_path, count):
    write(tmp_path, count)
    entries = list(read(tmp_path))
    root = tree_root(leaf_hash(entry.raw) for entry in entries)
    for entry in entries:
        proof = prove(tmp_path, entry.seq)
        assert proof.raw == entry.raw
        assert proof.checkpoint.root == root
        assert unseal(proof.note, KEY, ed25519_holds) == proof.checkpoint
        assert holds(proof)
        assert not holds(proof, proof.raw.replace(b"sample", b"simple"))


def test_what_was_pruned_does_not_end_the_proofs_of_what_is_left(tmp_path):
    write(tmp_path, 60)
    for path in segments(tmp_path)[:2]:
        path.unlink()
    oldest = int(segments(tmp_path)[0].stem)
    assert all(holds(prove(tmp_path, seq)) for seq in range(oldest, 61))
    with pytest.raises(NotFound):
        prove(tmp_path, oldest - 1)


@pytest.mark.parametrize("seq", [0, -1, 4, 10**20])
def test_a_record_that_is_not_there_has_no_proof(tmp_path, seq):
    write(tmp_path, 3)
    with pytest.raises(NotFound):
        prove(tmp_path, seq)


def test_without_a_checkpoint_there_is_no_proof(tmp_path):
    write(tmp_path, 3)
    (tmp_path / "node.vkey").unlink()
    with pytest.raises(NotFound):
        prove(tmp_path, 1)


def test_missing_records_are_reported_not_guessed(tmp_path):
    write(tmp_path, 12, settings=SMALL._replace(segment_bytes=1 << 20))
    path = segments(tmp_path)[0]
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:8]))
    with pytest.raises(JournalBroken):
        prove(tmp_path, 1)


@pytest.mark.parametrize("times", [1, 2, 3])
def test_what_is_pruned_while_it_is_proved_is_said_to_be_gone(tmp_path, monkeypatch, times):
    write(tmp_path, 60)
    pruned_when_opened(monkeypatch, tmp_path, times)
    with pytest.raises((NotFound, JournalPrunedMeanwhile)):
        prove(tmp_path, 1)
