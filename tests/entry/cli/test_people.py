"""`person ...` without a server. What it does at one: `tests/entry/test_login.py`."""

import pytest

from nameplate.entry.cli.output import Exit
from tests.entry.world import run


@pytest.mark.parametrize(
    "words", [("list",), ("show", "x"), ("link",), ("session", "end", "x", "--reason", "r")], ids=lambda each: each[0]
)
def test_without_a_server_there_is_nothing_to_reach(tmp_path, words):
    assert run("person", *words, "--data", tmp_path).code == Exit.UNREACHABLE


def test_to_sign_somebody_out_takes_a_reason(tmp_path):
    assert run("person", "session", "end", "x", "--data", tmp_path).code == Exit.USAGE
