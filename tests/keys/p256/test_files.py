import os
import stat
import threading

import pytest

from nameplate.domain.errors import NotFound, Refused, Unavailable
from nameplate.keys.p256.files import locked, make_folder, read_private, write_private


def test_a_file_is_written_for_its_owner_alone(tmp_path):
    write_private(tmp_path / "key", b"first")
    write_private(tmp_path / "key", b"second")
    assert read_private(tmp_path / "key") == b"second"
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["key"]


def test_a_leftover_of_a_crash_does_not_lend_its_mode(tmp_path):
    (tmp_path / "key.new").write_bytes(b"half")
    (tmp_path / "key.new").chmod(0o666)
    write_private(tmp_path / "key", b"whole")
    assert read_private(tmp_path / "key") == b"whole"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_file_open_to_others_is_refused(tmp_path, mode):
    write_private(tmp_path / "key", b"secret")
    (tmp_path / "key").chmod(mode)
    with pytest.raises(Refused, match="other users"):
        read_private(tmp_path / "key")


def test_a_missing_file_is_not_found(tmp_path):
    with pytest.raises(NotFound):
        read_private(tmp_path / "key")


def test_a_link_in_the_place_of_a_file_is_not_followed(tmp_path):
    write_private(tmp_path / "real", b"secret")
    (tmp_path / "key").symlink_to(tmp_path / "real")
    with pytest.raises(Unavailable):
        read_private(tmp_path / "key")


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path):
    make_folder(tmp_path / "key")
    with pytest.raises(Refused, match="regular"):
        read_private(tmp_path / "key")


def test_a_pipe_in_the_place_of_a_file_is_refused(tmp_path):
    os.mkfifo(tmp_path / "key", 0o600)
    with pytest.raises(Refused, match="regular"):
        read_private(tmp_path / "key")


def test_a_folder_is_made_for_its_owner_alone(tmp_path):
    make_folder(tmp_path / "state")
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700


def test_a_place_that_cannot_be_written_is_unavailable(tmp_path):
    (tmp_path / "state").write_bytes(b"")
    with pytest.raises(Unavailable):
        make_folder(tmp_path / "state")
    with pytest.raises(Unavailable):
        write_private(tmp_path / "absent" / "key", b"secret")
    with pytest.raises(Unavailable), locked(tmp_path / "absent"):
        pass


def test_only_one_holds_a_lock(tmp_path):
    waiting, entered = threading.Event(), threading.Event()

    def second():
        waiting.set()
        with locked(tmp_path):
            entered.set()

    with locked(tmp_path):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(5)
        assert not entered.wait(0.05)
    thread.join(5)
    assert entered.is_set()
