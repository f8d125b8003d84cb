"""`proposal ...` without a server, and how a proposal is told. What it does at one: `tests/entry/test_login.py`."""

import pytest

from nameplate.entry.cli.output import Exit, fail
from nameplate.entry.client import Proposed
from tests.entry.world import run

DOCUMENT = {"proposal": "pr-1", "roles": ["approver", "owner"], "needed": 2, "approve": "http://localhost:1/x"}


@pytest.mark.parametrize("words", [("list",), ("show", "x"), ("approve-link", "x"), ("withdraw", "x"), ("answer", "x")])
def test_without_a_server_there_is_nothing_to_reach(tmp_path, words):
    assert run("proposal", *words, "--data", tmp_path).code == Exit.UNREACHABLE


def test_a_proposal_is_told_with_what_to_do_next(capsys):
    with pytest.raises(BaseException) as ended:  # noqa: PT011 - typer's way to end
        fail(Proposed(DOCUMENT), as_json=True)
    assert ended.value.exit_code == Exit.DENIED  # type: ignore[attr-defined]
    out, err = capsys.readouterr()
    assert '"proposal": "pr-1"' in out
    assert "http://localhost:1/x" in err
    assert "nameplate proposal answer pr-1" in err
