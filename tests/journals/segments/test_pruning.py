"""Pruning at the level of files, and what both verifiers say of it."""

import asyncio
import shutil

import pytest

from nameplate.journals.segments import JournalCut, SegmentFollower, SegmentJournal, find, read
from nameplate.journals.segments.format import list_segments
from nameplate.journals.segments.pruning import prunable, remove_before
from tests.journals.segments.samples import AT, SIGNER, SMALL, segments, write
from tests.journals.segments.test_verifier import both


def allow(directory, before):
    """The record without which no beginning may be missing."""

    async def main():
        journal = SegmentJournal(directory, "n1", SIGNER, settings=SMALL)
        await journal.append(b'{"kind":"pruned","before":%d,"segments":[]}' % before, AT)
        await journal.close()

    asyncio.run(main())


@pytest.fixture(name="journal")
def journal_fixture(tmp_path):
    write(tmp_path / "journal", 90)
    assert len(segments(tmp_path / "journal")) > 5
    return tmp_path / "journal"


def test_only_sealed_segments_whose_successor_began_before_go(journal):
    firsts = [segment.first for segment in list_segments(journal)]
    # Record N was written at AT + N - 1.
    assert prunable(journal, AT + firsts[1] - 1, 1_000) == []
    (one,) = prunable(journal, AT + firsts[1], 1_000)
    assert (one.first, one.last) == (1, firsts[1] - 1)
    every = prunable(journal, AT + 10_000, 1_000)
    assert [each.first for each in every] == firsts[:-1]
    assert prunable(journal, AT + 10_000, firsts[2] - 2) == every[:1]


def test_the_hashes_that_stay_are_those_of_what_went(journal, tmp_path):
    whole = shutil.copytree(journal, tmp_path / "whole")
    (gone, *_) = prunable(journal, AT + 10_000, 1_000)
    link = segments(whole)[0].read_bytes().splitlines()[-1][:64].decode()
    assert (gone.link, gone.bytes) == (link, segments(whole)[0].stat().st_size)


def test_what_went_by_a_record_is_no_cut_and_what_went_by_hand_is(journal):
    third = list_segments(journal)[2].first
    allow(journal, third)
    assert both(journal) == ("ok", "ok", None)
    assert remove_before(journal, third) == 2
    assert both(journal) == ("ok", "ok", third)
    assert remove_before(journal, third) == 0
    segments(journal)[0].unlink()
    fourth = list_segments(journal)[0].first
    assert both(journal) == ("ok", "cut", fourth)


def test_a_crash_between_two_files_leaves_a_whole_journal(journal):
    third = list_segments(journal)[2].first
    allow(journal, third)
    segments(journal)[0].unlink()
    assert both(journal)[:2] == ("ok", "ok")
    assert remove_before(journal, third) == 1
    assert both(journal) == ("ok", "ok", third)


def test_a_record_that_nobody_has_signed_for_allows_nothing(journal):
    third = list_segments(journal)[2].first
    heads = {name: (journal / name).read_bytes() for name in ("head.0", "head.1")}
    allow(journal, third)
    for name, note in heads.items():
        (journal / name).write_bytes(note)
    assert both(journal) == ("ok", "ok", None)
    remove_before(journal, third)
    assert both(journal) == ("ok", "cut", third)


def test_a_hole_in_the_middle_is_found(journal):
    third = list_segments(journal)[2].first
    allow(journal, third)
    remove_before(journal, third)
    segments(journal)[1].unlink()
    assert both(journal)[0] == "broken"


def test_an_altered_first_header_is_found(journal):
    third = list_segments(journal)[2].first
    allow(journal, third)
    remove_before(journal, third)
    path = segments(journal)[0]
    line = path.read_bytes().splitlines(keepends=True)[0]
    altered = line.replace(line[line.index(b'"tree":["') + 9 :][:4], b"0000", 1)
    path.write_bytes(path.read_bytes().replace(line, altered, 1))
    assert both(journal)[0] == "broken"


def test_a_checkpoint_from_before_the_oldest_record_kept_tells_nothing(tmp_path):
    directory, kept = tmp_path / "journal", tmp_path / "kept"
    write(directory, 10)
    kept.write_bytes((directory / "head.0").read_bytes())
    write(directory, 80)
    last = list_segments(directory)[-1].first
    allow(directory, last)
    assert both(directory, kept) == ("ok", "ok", None)
    remove_before(directory, last)
    assert both(directory, kept) == ("ok", "unknown", last)


def test_readers_begin_where_it_begins_now_and_its_writer_goes_on(journal):
    third = list_segments(journal)[2].first
    allow(journal, third)
    remove_before(journal, third)
    assert next(read(journal)).seq == third
    assert find(journal, third - 1) is None
    with pytest.raises(JournalCut):
        SegmentFollower(journal, 1).poll(10)
    write(journal, 30)
    assert both(journal) == ("ok", "ok", third)
