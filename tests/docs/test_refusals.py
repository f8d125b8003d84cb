"""The page of refusals names every case and every test, and no other."""

import re

from tests.bridges.oidc.test_logout import REFUSED as LOGOUTS
from tests.bridges.ssf.test_sets import REFUSED
from tests.house.tree import ROOT, files

PAGE = (ROOT / "docs" / "reference" / "refusals.md").read_text(encoding="utf-8")


def test_every_refused_token_is_on_the_page_with_its_code():
    table = PAGE.partition("## Security event tokens")[2].partition("| case | answer |")[0]
    rows = dict(re.findall(r"(?m)^\| (.+) \| `(\w+)` \|$", table.partition("|---|---|")[2]))
    assert rows == {case: code for case, (_, code) in REFUSED.items()}


def test_every_refused_logout_token_is_on_the_page_with_its_code():
    table = PAGE.partition("## Signing out by the company's provider")[2].partition("| case | answer |")[0]
    rows = dict(re.findall(r"(?m)^\| (.+) \| `oidc_(\w+)` \|$", table.partition("|---|---|")[2]))
    assert rows == {case: code for case, (_, code) in LOGOUTS.items()}


def test_every_test_that_is_named_is_there():
    written = "\n".join(path.read_text(encoding="utf-8") for path in files(ROOT / "tests", "*.py"))
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert named
    assert [name for name in named if f"def {name}(" not in written] == []
