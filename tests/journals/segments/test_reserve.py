import errno

import pytest

from nameplate.journals.segments.reserve import Reserve
from tests.journals.segments.samples import FailingFiles, FullDisk


def test_the_space_is_taken_freed_and_taken_again(tmp_path):
    reserve = Reserve(tmp_path, 8_192, FailingFiles())
    assert not reserve.is_whole()
    reserve.renew()
    assert reserve.is_whole()
    assert (tmp_path / "reserve").stat().st_blocks * 512 >= 8_192
    reserve.free()
    assert not reserve.is_whole()
    assert list(tmp_path.iterdir()) == []
    reserve.renew()
    assert reserve.is_whole()


def test_a_reserve_cut_short_is_not_whole(tmp_path):
    reserve = Reserve(tmp_path, 8_192, FailingFiles())
    (tmp_path / "reserve").write_bytes(bytes(8_191))
    assert not reserve.is_whole()


def test_it_is_renewed_only_when_as_much_again_is_free(tmp_path):
    disk = FullDisk(tmp_path, room=16_383)
    reserve = Reserve(tmp_path, 8_192, disk)
    with pytest.raises(OSError, match="space") as caught:
        reserve.renew()
    assert caught.value.errno == errno.ENOSPC
    assert list(tmp_path.iterdir()) == []
    disk.room = 16_384
    reserve.renew()
    assert reserve.is_whole()
