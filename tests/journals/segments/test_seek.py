import pytest

from nameplate.journals.segments import JournalBroken
from nameplate.journals.segments.format import Segment, list_segments
from nameplate.journals.segments.seek import position, seek
from tests.journals.segments.samples import SMALL, segments, write


def test_the_segment_that_holds_a_record(tmp_path):
    found = [Segment(first, tmp_path) for first in (5, 9, 30)]
    assert [position(found, seq) for seq in (1, 5, 8, 9, 29, 30, 1000)] == [0, 0, 0, 1, 1, 2, 2]


def test_records_of_any_length_are_found_by_bisecting(tmp_path):
    write(tmp_path, 400, group=50, settings=SMALL._replace(segment_bytes=1 << 20))
    segment = list_segments(tmp_path)[0]
    with segment.path.open("rb") as file:
        for seq in range(1, 401):
            assert seek(file, segment, seq) == seq
            assert file.readline()[65:].startswith(b'{"seq":%d,' % seq)
        assert seek(file, segment, 401) == 401
        assert file.readline() == b""


def test_a_gap_is_an_error(tmp_path):
    write(tmp_path, 6, settings=SMALL._replace(segment_bytes=1 << 20))
    path = segments(tmp_path)[0]
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], *lines[4:]]))
    segment = list_segments(tmp_path)[0]
    with segment.path.open("rb") as file, pytest.raises(JournalBroken, match="record 3 "):
        seek(file, segment, 3)
