"""The smoke check of CI refuses each way in which a demo can fall short."""

import json
import runpy
import subprocess
import sys

import pytest

from tests.house.tree import ROOT

SCRIPT = ROOT / "scripts" / "check_demo.py"
GOOD = {
    "permits": 3,
    "denials": 2,
    "stops": [{"receipts": [{"point": "door-controller-1", "ms": 4}]}],
    "journal": {"integrity": "ok", "completeness": "ok", "records": 9},
}
POOR = [
    {"permits": 0},
    {"denials": 0},
    {"stops": []},
    {"stops": [{"receipts": []}]},
    {"journal": {"integrity": "broken", "completeness": "ok"}},
    {"journal": {"integrity": "ok", "completeness": "cut"}},
]


def run(tmp_path, summary):
    path = tmp_path / "demo.json"
    path.write_text(json.dumps(summary), encoding="utf-8")
    return subprocess.run([sys.executable, str(SCRIPT), str(path)], capture_output=True, text=True, check=False)


def test_a_good_demo_passes(tmp_path):
    assert run(tmp_path, GOOD).returncode == 0


def test_an_empty_summary_names_everything_that_is_missing(tmp_path):
    result = run(tmp_path, {})
    assert result.returncode == 1
    assert result.stderr.count(";") == 4


@pytest.mark.parametrize("change", POOR)
def test_each_shortcoming_alone_is_refused(change):
    shortcomings = runpy.run_path(str(SCRIPT))["shortcomings"]
    assert len(shortcomings(GOOD | change)) == 1
