from pathlib import Path

import pytest

from nameplate.domain.errors import Invalid, Unavailable
from nameplate.exports.position import PositionFile
from nameplate.ports.sink import Position

POSITION = Position("node-1", 5, 9, "ab" * 32)


def test_a_new_sink_has_no_position(tmp_path: Path) -> None:
    assert PositionFile(tmp_path / "siem").load() is None


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    PositionFile(tmp_path / "siem").save(POSITION)
    assert PositionFile(tmp_path / "siem").load() == POSITION


def test_a_later_position_replaces_the_file_as_a_whole(tmp_path: Path) -> None:
    store = PositionFile(tmp_path / "siem")
    store.save(POSITION)
    (tmp_path / "siem.new").write_bytes(b"left by a crash")
    store.save(POSITION._replace(resume_at=10))
    assert store.load() == POSITION._replace(resume_at=10)
    assert [path.name for path in tmp_path.iterdir()] == ["siem"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"{}",
        b"[" * 100_000,
        b"\xff",
        b'{"format":"nameplate-position/2","node":"n","resume_at":1,"sent":0,"sent_sha256":""}',
        b'{"format":"nameplate-position/1","node":"n","resume_at":true,"sent":1,"sent_sha256":""}',
        b'{"format":"nameplate-position/1","node":"n","resume_at":0,"sent":0,"sent_sha256":""}',
        b'{"format":"nameplate-position/1","node":"n","resume_at":3,"sent":1,"sent_sha256":""}',
        b'{"format":"nameplate-position/1","node":1,"resume_at":1,"sent":0,"sent_sha256":""}',
    ],
)
def test_a_damaged_position_is_refused_with_a_way_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "siem").write_bytes(content)
    with pytest.raises(Invalid, match="Remove it"):
        PositionFile(tmp_path / "siem").load()


def test_a_folder_that_is_not_there_cannot_keep_a_position(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be kept"):
        PositionFile(tmp_path / "missing" / "siem").save(POSITION)
