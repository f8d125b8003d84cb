import os
import stat

import pytest

from nameplate.keys.file import StoreExposed
from nameplate.keys.file.private import make_private_directory, read_private, write_private


def test_what_is_written_can_be_read_by_the_owner_alone(tmp_path):
    write_private(tmp_path / "file", b"content")
    assert stat.S_IMODE((tmp_path / "file").stat().st_mode) == 0o600
    assert read_private(tmp_path / "file") == b"content"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o610, 0o666])
def test_a_file_open_to_others_is_refused_with_the_line_that_helps(tmp_path, mode):
    write_private(tmp_path / "file", b"content")
    (tmp_path / "file").chmod(mode)
    with pytest.raises(StoreExposed, match="chmod 600"):
        read_private(tmp_path / "file")


def test_a_folder_open_to_others_is_refused(tmp_path):
    make_private_directory(tmp_path / "keys")
    make_private_directory(tmp_path / "keys")
    (tmp_path / "keys").chmod(0o750)
    with pytest.raises(StoreExposed, match="chmod 700"):
        make_private_directory(tmp_path / "keys")


def test_what_is_not_there_is_nothing(tmp_path):
    assert read_private(tmp_path / "file") is None


def test_links_and_pipes_are_not_read(tmp_path):
    write_private(tmp_path / "file", b"content")
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with pytest.raises(OSError, match="symbolic"):
        read_private(tmp_path / "link")
    os.mkfifo(tmp_path / "pipe", 0o600)
    assert read_private(tmp_path / "pipe") == b""


def test_a_leftover_of_a_crash_does_not_stand_in_the_way(tmp_path):
    (tmp_path / "file.new").write_bytes(b"half")
    (tmp_path / "file.new").chmod(0o666)
    write_private(tmp_path / "file", b"whole")
    assert read_private(tmp_path / "file") == b"whole"
