import stat
import time

import pytest

from nameplate.bridges.ssf.seen import Seen
from nameplate.bridges.ssf.sets import MAX_AGE_S, Refusal
from nameplate.domain.errors import Unavailable

NOW = int(time.time())


def test_what_was_taken_is_known_also_after_a_restart(tmp_path):
    seen = Seen(tmp_path / "seen.db")
    assert not seen.knows("j1", NOW)
    seen.add("j1", NOW, NOW)
    seen.add("j1", NOW, NOW)
    assert seen.knows("j1", NOW)
    seen.close()
    again = Seen(tmp_path / "seen.db")
    assert (again.knows("j1", NOW), again.knows("j2", NOW)) == (True, False)
    again.close()
    assert stat.S_IMODE((tmp_path / "seen.db").stat().st_mode) == 0o600
    assert b"j1" not in (tmp_path / "seen.db").read_bytes()


def test_more_than_is_kept_makes_what_is_as_old_refused_never_taken_twice(tmp_path):
    seen = Seen(tmp_path / "seen.db", most=10)
    for number in range(20):
        seen.add(f"j{number}", NOW + number, NOW)
    for number in range(10):
        with pytest.raises(Refusal):
            seen.knows(f"j{number}", NOW + number)
    assert all(seen.knows(f"j{number}", NOW + number) for number in range(10, 20))
    seen.close()
    again = Seen(tmp_path / "seen.db", most=10)
    with pytest.raises(Refusal):
        again.knows("another", NOW + 9)
    assert not again.knows("another", NOW + 10)
    again.close()


def test_what_is_too_old_to_be_taken_anyhow_is_forgotten(tmp_path):
    seen = Seen(tmp_path / "seen.db", most=2)
    seen.add("old", NOW - MAX_AGE_S - 2 * 86_400, NOW)
    seen.add("new", NOW, NOW)
    assert not seen.knows("old", NOW)
    assert seen.knows("new", NOW)
    seen.close()


def test_a_file_that_cannot_be_used_takes_nothing(tmp_path):
    (tmp_path / "seen.db").write_bytes(b"no database at all" * 100)
    with pytest.raises(Unavailable):
        Seen(tmp_path / "seen.db")
    (tmp_path / "link.db").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(Unavailable):
        Seen(tmp_path / "link.db")
    seen = Seen(tmp_path / "closed.db")
    seen.close()
    with pytest.raises(Unavailable):
        seen.add("j", NOW, NOW)
