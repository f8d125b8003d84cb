import json

import pytest

from nameplate.domain.errors import NotFound
from nameplate.journals.segments import JournalBroken, JournalPrunedMeanwhile, SegmentReader, find, read
from nameplate.journals.segments.pruning import remove_before
from nameplate.journals.segments.reader import bounds, durable_size, segments_of
from tests.journals.segments.samples import SMALL, entry_of, pruned_when_opened, segments, write

COUNT = 60


@pytest.fixture(name="journal", scope="module")
def journal_fixture(tmp_path_factory):
    directory = tmp_path_factory.mktemp("read") / "journal"
    write(directory, COUNT)
    assert len(segments(directory)) > 3
    return directory


def test_all_records_are_read_in_order_over_all_segments(journal):
    assert [json.loads(entry.raw)["seq"] for entry in read(journal)] == list(range(1, COUNT + 1))


@pytest.mark.parametrize("start", range(1, COUNT + 3))
def test_reading_starts_where_it_is_told(journal, start):
    assert [entry.seq for entry in read(journal, start)] == list(range(start, COUNT + 1))


@pytest.mark.parametrize("seq", range(1, COUNT + 1))
def test_every_record_is_found_by_its_number(journal, seq):
    assert json.loads(entry_of(journal, seq).raw)["seq"] == seq


@pytest.mark.parametrize("seq", [-1, 0, COUNT + 1, 10**30])
def test_what_is_not_there_is_not_found(journal, seq):
    assert find(journal, seq) is None


def test_only_what_is_signed_for_is_read(tmp_path):
    write(tmp_path, 4, group=1)
    heads = [(tmp_path / name).read_bytes() for name in ("head.0", "head.1")]
    write(tmp_path, 4, group=1)
    for name, note in zip(("head.0", "head.1"), heads, strict=True):
        (tmp_path / name).write_bytes(note)
    assert durable_size(tmp_path) == 4
    assert [entry.seq for entry in read(tmp_path)] == [1, 2, 3, 4]
    assert find(tmp_path, 5) is None


def test_without_a_valid_checkpoint_all_whole_records_are_read(tmp_path):
    write(tmp_path, 4, settings=SMALL._replace(segment_bytes=1 << 20))
    for name in ("head.0", "head.1"):
        (tmp_path / name).unlink()
    segments(tmp_path)[0].write_bytes(segments(tmp_path)[0].read_bytes()[:-3])
    assert durable_size(tmp_path) is None
    assert [entry.seq for entry in read(tmp_path)] == [1, 2, 3]


def test_a_pruned_journal_is_read_from_its_oldest_record(tmp_path):
    write(tmp_path, 60)
    first = segments(tmp_path)[0]
    first.unlink()
    oldest = int(segments(tmp_path)[0].stem)
    assert next(read(tmp_path)).seq == oldest
    assert find(tmp_path, oldest - 1) is None
    assert entry_of(tmp_path, oldest).seq == oldest


@pytest.mark.parametrize("read_all", [True, False])
def test_a_segment_that_goes_when_it_is_opened_counts_as_pruned_before(tmp_path, monkeypatch, read_all):
    write(tmp_path, 60)
    oldest = int(segments(tmp_path)[1].stem)
    pruned_when_opened(monkeypatch, tmp_path)
    if read_all:
        assert [entry.seq for entry in read(tmp_path)] == list(range(oldest, 61))
    else:
        assert find(tmp_path, 1) is None
    assert len(segments(tmp_path)) > 1
    assert int(segments(tmp_path)[0].stem) == oldest


def test_what_is_pruned_behind_the_back_of_a_reader_is_no_silent_gap(tmp_path):
    write(tmp_path, 60)
    reading = read(tmp_path)
    assert next(reading).seq == 1
    later = int(segments(tmp_path)[2].stem)
    remove_before(tmp_path, later)
    with pytest.raises(JournalPrunedMeanwhile):
        list(reading)
    assert [entry.seq for entry in read(tmp_path)] == list(range(later, 61))


def test_a_record_out_of_its_place_is_an_error_not_a_wrong_answer(tmp_path):
    write(tmp_path, 6, settings=SMALL._replace(segment_bytes=1 << 20))
    path = segments(tmp_path)[0]
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], *lines[3:]]))
    with pytest.raises(JournalBroken, match="record 2 "):
        list(read(tmp_path))
    with pytest.raises(JournalBroken):
        find(tmp_path, 2)


def test_a_folder_that_is_not_there_is_not_found(tmp_path):
    with pytest.raises(NotFound):
        list(read(tmp_path / "nothing"))
    assert list(read(tmp_path)) == []
    assert find(tmp_path, 1) is None


def test_each_segment_ends_where_the_next_begins(journal):
    found = segments_of(journal)
    ends = [last for _, last in bounds(found, COUNT)]
    assert ends == [segment.first - 1 for segment in found[1:]] + [COUNT]
    assert bounds([], 0) == []


def test_the_reader_offers_all_of_it(journal):
    reader = SegmentReader(journal)
    assert next(reader.read(5)) == reader.find(5)
    follower = reader.follow(5)
    assert follower.poll(1) == [reader.find(5)]
    follower.close()
