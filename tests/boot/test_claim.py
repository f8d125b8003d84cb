import subprocess
import sys

import pytest

from nameplate.boot.claim import claimed, is_claimed
from nameplate.domain.errors import Conflict

HOLD = """
import sys
from pathlib import Path
from nameplate.boot.claim import claimed
with claimed(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_directory_that_another_process_holds_is_refused_until_that_one_dies(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(Conflict, match="--data"), claimed(tmp_path):
            pytest.fail("two servers on one directory")
        holder.kill()
        holder.wait(10)
    with claimed(tmp_path):
        pass


def test_it_can_be_claimed_again_by_whoever_let_go(tmp_path):
    for _ in range(2):
        with claimed(tmp_path):
            pass


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path):
    (tmp_path / "victim").write_text("kept")
    (tmp_path / "serve.lock").symlink_to(tmp_path / "victim")
    with pytest.raises(OSError, match="serve"), claimed(tmp_path):
        pass


def test_a_claim_shows_from_outside_as_long_as_it_lasts(tmp_path):
    assert not is_claimed(tmp_path)
    with claimed(tmp_path):
        assert is_claimed(tmp_path)
    assert not is_claimed(tmp_path)
