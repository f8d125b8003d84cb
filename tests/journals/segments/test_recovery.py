import pytest

from nameplate.domain.notes import VerifierKey
from nameplate.journals.segments import JournalBroken, JournalCut
from nameplate.journals.segments.format import list_segments
from nameplate.journals.segments.heads import read_slots
from nameplate.journals.segments.recovery import recover
from tests.journals.segments.samples import SIGNER, SMALL, segments, write

KEY = VerifierKey("nameplate/n1", SIGNER.public_key)


def recovered(directory, node="n1", *, heads=True, accept_cut=False):
    checkpoints = [slot.checkpoint for slot in read_slots(directory, KEY) if slot.checkpoint] if heads else []
    return recover(list_segments(directory), node, checkpoints, accept_cut=accept_cut)


def test_nothing_is_the_start_of_a_new_journal(tmp_path):
    found = recovered(tmp_path)
    assert (found.chain.size, found.segment, found.lost) == (0, None, 0)


def test_the_end_of_the_chain_is_found(tmp_path):
    write(tmp_path, 60)
    found = recovered(tmp_path)
    assert found.chain.size == 60
    assert found.segment.path == segments(tmp_path)[-1]
    assert found.offset == found.segment.path.stat().st_size


def test_records_behind_the_newest_checkpoint_are_kept_also_over_segments(tmp_path):
    write(tmp_path, 4)
    old = {name: (tmp_path / name).read_bytes() for name in ("head.0", "head.1")}
    write(tmp_path, 56)
    for name, note in old.items():
        (tmp_path / name).write_bytes(note)
    assert recovered(tmp_path).chain.size == 60


def test_without_a_checkpoint_it_is_refused_unless_that_is_accepted(tmp_path):
    write(tmp_path, 5)
    with pytest.raises(JournalCut, match="no valid checkpoint"):
        recovered(tmp_path, heads=False)
    assert recovered(tmp_path, heads=False, accept_cut=True).chain.size == 5


def test_a_lost_last_segment_is_a_cut(tmp_path):
    write(tmp_path, 60)
    gone = segments(tmp_path)[-1]
    gone.unlink()
    with pytest.raises(JournalCut, match="60 were signed for"):
        recovered(tmp_path)
    found = recovered(tmp_path, accept_cut=True)
    assert found.chain.size + found.lost == 60
    assert found.chain.size == int(gone.stem) - 1


def test_all_segments_gone_is_a_cut_not_a_new_journal(tmp_path):
    write(tmp_path, 5)
    for path in segments(tmp_path):
        path.unlink()
    with pytest.raises(JournalCut, match="0 are here, 5 were signed for"):
        recovered(tmp_path)


@pytest.mark.parametrize("place", ["first record", "last record", "header"])
def test_an_alteration_of_what_was_signed_for_is_broken_never_cut_off(tmp_path, place):
    write(tmp_path, 8, settings=SMALL._replace(segment_bytes=1 << 20))
    path = segments(tmp_path)[0]
    lines = path.read_bytes().splitlines(keepends=True)
    at = {"header": 0, "first record": 1, "last record": -1}[place]
    lines[at] = lines[at].replace(b'"', b"'", 1)
    path.write_bytes(b"".join(lines))
    with pytest.raises(JournalBroken):
        recovered(tmp_path, accept_cut=True)


def test_a_chain_that_is_consistent_but_not_what_was_signed_is_broken(tmp_path):
    write(tmp_path / "a", 8)
    write(tmp_path / "b", 9)
    for path in segments(tmp_path / "a"):
        path.unlink()
    write(tmp_path / "c", 1)
    write(tmp_path / "c", 7)
    for path in segments(tmp_path / "c"):
        path.rename(tmp_path / "a" / path.name)
    with pytest.raises(JournalBroken, match="checkpoint says otherwise"):
        recovered(tmp_path / "a")


def test_another_nodes_segments_are_broken(tmp_path):
    write(tmp_path, 3)
    with pytest.raises(JournalBroken, match="does not continue"):
        recovered(tmp_path, "n2")


def test_a_checkpoint_older_than_the_oldest_record_proves_nothing(tmp_path):
    write(tmp_path, 4)
    old = {name: (tmp_path / name).read_bytes() for name in ("head.0", "head.1")}
    write(tmp_path, 56)
    for name, note in old.items():
        (tmp_path / name).write_bytes(note)
    for path in segments(tmp_path)[:2]:
        path.unlink()
    with pytest.raises(JournalBroken, match="before the oldest"):
        recovered(tmp_path)
