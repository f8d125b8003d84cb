import stat
from dataclasses import replace

import pytest

from nameplate.bridges.ssf.streams import StreamFile, StreamSpec, seal_key
from nameplate.domain.errors import Unavailable

KEY = seal_key(b"one")
SPEC = StreamSpec(
    "s1", "siem", "https://x.example/push", "Bearer not-for-others", ("e",), "ours", excluded=frozenset({"a"})
)


@pytest.fixture
def place(tmp_path):
    return tmp_path / "signals.db"


def test_streams_and_what_waits_are_there_after_a_restart(place):
    file = StreamFile(place, KEY)
    file.put(SPEC, 5)
    file.add("s1", [("j1", "t1"), ("j2", "t2")], 9)
    file.close()
    again = StreamFile(place, KEY)
    assert again.all() == [SPEC]
    assert (again.next_seq("s1"), again.waiting("s1", 9)) == (9, [("j1", "t1"), ("j2", "t2")])
    again.close()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert b"not-for-others" not in place.read_bytes()


def test_a_stream_that_changes_goes_on_where_it_was(place):
    file = StreamFile(place, KEY)
    file.put(SPEC, 5)
    file.put(replace(SPEC, status="paused"), 99)
    assert (file.all()[0].status, file.next_seq("s1")) == ("paused", 5)
    file.close()


def test_a_token_waits_once_and_until_it_is_taken(place):
    file = StreamFile(place, KEY)
    file.put(SPEC, 1)
    for _ in range(2):
        file.add("s1", [("j1", "t1")], 2)
    file.add("s1", [("j2", "t2")])
    assert (file.count("s1"), file.waiting("s1", 1)) == (2, [("j1", "t1")])
    file.taken("s1", ["j1", "unknown"])
    assert file.waiting("s1", 9) == [("j2", "t2")]
    assert file.next_seq("s1") == 2
    file.close()


def test_a_stream_that_is_gone_leaves_nothing_and_takes_nothing(place):
    file = StreamFile(place, KEY)
    file.put(SPEC, 1)
    file.add("s1", [("j1", "t1")])
    file.remove("s1")
    file.add("s1", [("j2", "t2")], 7)
    assert (file.all(), file.count("s1"), file.next_seq("s1")) == ([], 0, 0)
    file.close()


def test_another_key_and_a_file_that_is_none_are_told(place):
    file = StreamFile(place, KEY)
    file.put(SPEC, 1)
    file.close()
    other = StreamFile(place, seal_key(b"two"))
    with pytest.raises(Unavailable, match="another key"):
        other.all()
    other.close()
    with pytest.raises(Unavailable):
        other.count("s1")
    place.with_name("x.db").write_bytes(b"no database" * 100)
    with pytest.raises(Unavailable):
        StreamFile(place.with_name("x.db"), KEY)
