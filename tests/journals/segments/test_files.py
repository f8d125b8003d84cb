import errno
import os
import stat

import pytest

from nameplate.journals.segments.files import Files, write_all
from tests.journals.segments.samples import FailingFiles


def test_a_file_is_written_cut_lengthened_and_synced(tmp_path):
    files, path = Files(), tmp_path / "file"
    fd = files.open(path)
    assert stat.S_IMODE(os.fstat(fd).st_mode) == 0o600
    write_all(files, fd, b"abcdef", 0)
    files.truncate(fd, 3)
    files.allocate(fd, 10)
    files.sync(fd)
    files.close(fd)
    files.sync_directory(tmp_path)
    assert path.read_bytes() == b"abc" + bytes(7)
    files.rename(path, tmp_path / "other")
    files.remove(tmp_path / "other")
    files.remove(tmp_path / "other")
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_not_followed(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(OSError, match="symbolic"):
        Files().open(tmp_path / "link")
    assert not (tmp_path / "elsewhere").exists()


def test_short_writes_go_on_where_they_stopped(tmp_path):
    files = FailingFiles()
    files.most = 2
    fd = files.open(tmp_path / "file")
    write_all(files, fd, b"abcde", 1)
    files.close(fd)
    assert (tmp_path / "file").read_bytes() == b"\0abcde"
    assert files.log.count(("write",)) == 3


def test_a_write_of_nothing_is_an_error(tmp_path):
    files = FailingFiles()
    files.most = 0
    fd = files.open(tmp_path / "file")
    with pytest.raises(OSError, match="no bytes") as caught:
        write_all(files, fd, b"abc", 0)
    assert caught.value.errno == errno.EIO
    files.close(fd)
