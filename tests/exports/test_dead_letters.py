from pathlib import Path

import pytest

from nameplate.domain.errors import Unavailable
from nameplate.exports.dead_letters import DeadLetterFile
from nameplate.ports.sink import Letter
from tests.exports.sinks.syslog.test_sink import event

LETTERS = [Letter(event(seq), f"HTTP 400 no {seq}", 1_700_000_000_000_000 + seq) for seq in range(1, 4)]


def test_what_is_kept_is_there_after_a_restart_whole(tmp_path: Path) -> None:
    file = DeadLetterFile(tmp_path / "siem.dead")
    file.add(LETTERS[:2])
    file.add(LETTERS[2:])
    again = DeadLetterFile(tmp_path / "siem.dead")
    assert again.read() == LETTERS
    assert (file.count, again.count) == (3, 3)


def test_what_was_taken_after_all_is_forgotten_and_the_rest_stays(tmp_path: Path) -> None:
    file = DeadLetterFile(tmp_path / "siem.dead")
    file.add(LETTERS)
    file.remove(frozenset({"n-1", "n-3"}))
    assert file.read() == LETTERS[1:2]
    assert DeadLetterFile(tmp_path / "siem.dead").count == 1


def test_without_a_file_there_is_nothing(tmp_path: Path) -> None:
    assert DeadLetterFile(tmp_path / "none").read() == []


def test_a_full_file_takes_no_more_and_keeps_what_it_has(tmp_path: Path) -> None:
    file = DeadLetterFile(tmp_path / "siem.dead", limit=600)
    file.add(LETTERS[:1])
    with pytest.raises(Unavailable, match=r"siem\.dead is full"):
        file.add(LETTERS[1:] * 5)
    assert file.read() == LETTERS[:1]


def test_a_line_cut_short_by_a_crash_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "siem.dead"
    DeadLetterFile(path).add(LETTERS[:1])
    with path.open("ab") as file:
        file.write(b'{"uid": "n-2", "seq"')
    assert DeadLetterFile(path).read() == LETTERS[:1]
    DeadLetterFile(path).add(LETTERS[1:2])
    assert DeadLetterFile(path).read()[:1] == LETTERS[:1]


def test_a_folder_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="cannot be used"):
        DeadLetterFile(tmp_path / "no" / "such").add(LETTERS)
