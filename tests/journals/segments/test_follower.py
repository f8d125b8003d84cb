import asyncio
import json

import pytest

from nameplate.journals.segments import JournalBroken, JournalCut, SegmentFollower
from nameplate.ports.journal import Entry
from tests.journals.segments.samples import AT, body, entry_of, open_journal, pruned_when_opened, segments, write


def test_each_record_is_seen_once_and_in_order_while_the_writer_goes_on(tmp_path):
    async def main():
        follower = SegmentFollower(tmp_path)
        seen: list[Entry] = []
        assert follower.poll(10) == []
        journal = open_journal(tmp_path)
        for number in range(40):
            await asyncio.gather(*{journal.append(body(number), AT) for _ in range(number % 4 + 1)})
            seen += follower.poll(3)
            assert follower.next_seq == len(seen) + 1
        while more := follower.poll(7):
            assert len(more) <= 7
            seen += more
        await journal.close()
        follower.close()
        return seen

    seen = asyncio.run(main())
    assert [entry.seq for entry in seen] == list(range(1, 101))
    assert [json.loads(entry.raw)["seq"] for entry in seen] == list(range(1, 101))


def test_a_follower_starts_at_its_cursor(tmp_path):
    write(tmp_path, 60)
    for start in (1, 17, 60, 61, 70):
        follower = SegmentFollower(tmp_path, start)
        assert [entry.seq for entry in follower.poll(1_000)] == list(range(start, 61))
        assert follower.poll(10) == []
        follower.close()


def test_what_is_not_signed_for_is_not_seen(tmp_path):
    write(tmp_path, 4, group=1)
    heads = {name: (tmp_path / name).read_bytes() for name in ("head.0", "head.1")}
    write(tmp_path, 4, group=1)
    whole = {name: (tmp_path / name).read_bytes() for name in heads}
    for name, note in heads.items():
        (tmp_path / name).write_bytes(note)
    follower = SegmentFollower(tmp_path)
    assert len(follower.poll(100)) == 4
    for name, note in whole.items():
        (tmp_path / name).write_bytes(note)
    assert [entry.seq for entry in follower.poll(100)] == [5, 6, 7, 8]
    follower.close()


def test_a_record_that_was_pruned_is_a_gap_the_follower_reports(tmp_path):
    write(tmp_path, 60)
    segments(tmp_path)[0].unlink()
    with pytest.raises(JournalCut, match="record 1 was pruned"):
        SegmentFollower(tmp_path).poll(1)
    follower = SegmentFollower(tmp_path, int(segments(tmp_path)[0].stem))
    assert len(follower.poll(1)) == 1
    follower.close()


def test_a_segment_that_goes_when_the_follower_opens_it_is_such_a_gap(tmp_path, monkeypatch):
    write(tmp_path, 60)
    pruned_when_opened(monkeypatch, tmp_path)
    with pytest.raises(JournalCut, match="record 1 was pruned"):
        SegmentFollower(tmp_path).poll(1)


def test_a_damaged_record_is_reported_after_the_good_ones(tmp_path):
    write(tmp_path, 6)
    path = segments(tmp_path)[0]
    path.write_bytes(path.read_bytes().replace(b'{"seq":4,', b'{"seq":7,'))
    follower = SegmentFollower(tmp_path)
    assert [entry.seq for entry in follower.poll(100)] == [1, 2, 3]
    with pytest.raises(JournalBroken, match="record 4 "):
        follower.poll(100)
    follower.close()


def test_a_record_larger_than_a_chunk_is_seen_whole(tmp_path):
    large = b'{"text":"' + b"x" * 1_000_000 + b'"}'

    async def main():
        journal = open_journal(tmp_path)
        await journal.append(large, AT)
        await journal.append(body(1), AT)
        await journal.close()

    asyncio.run(main())
    follower = SegmentFollower(tmp_path)
    first, second = [*follower.poll(10), *follower.poll(10)]
    assert first.raw == entry_of(tmp_path, 1).raw
    assert len(first.raw) > 1_000_000
    assert second.seq == 2
    follower.close()


def test_a_forged_head_is_not_believed(tmp_path):
    write(tmp_path, 3)
    for name in ("head.0", "head.1"):
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes().replace(b"\n3\n", b"\n9\n"))
    assert SegmentFollower(tmp_path).poll(10) == []
