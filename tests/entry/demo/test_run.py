"""The whole demonstration, as a user starts it: once to its end, once until Ctrl-C."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nameplate.domain.errors import Invalid
from nameplate.entry.demo.run import run_with

COMMAND = [sys.executable, "-m", "nameplate", "demo", "--headless", "--json"]
REASONS = {"state", "window", "rate", "not_in_contract", "cut_off", "relayed", "replayed", "cloned_key"}
FINDINGS = {"relay", "cloned_key", "door_forced", "door_held", "tamper"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    environment = {**os.environ, "TMPDIR": str(folder)}
    done = subprocess.run(
        [*COMMAND, "--for", "22s"], env=environment, capture_output=True, text=True, check=False, timeout=110
    )
    return done, folder


@pytest.fixture(scope="module")
def summary(finished):
    done, _ = finished
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def left_behind(folder: Path) -> list[str]:
    """Command lines of processes that work in `folder`."""
    lines = []
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(process.read_bytes().decode(errors="replace"))
        except OSError:
            continue
    return [line for line in lines if str(folder) in line]


def test_every_role_is_let_in_and_every_reason_to_refuse_occurs(summary):
    assert summary["permits"] >= 20
    assert summary["denials"] == sum(summary["denials_by_reason"].values())
    assert set(summary["denials_by_reason"]) >= REASONS
    assert summary["passages"] >= 15
    assert (summary["robots"], summary["doors"]) == (12, 15)


def test_stops_of_every_kind_are_acknowledged_with_signed_receipts(summary):
    stops = {stop["state"]: stop for stop in summary["stops"]}
    assert set(stops) == {"in_repair", "suspended", "retired", "quarantined"}
    for stop in stops.values():
        assert stop["recorded"]
        assert stop["receipts"]
        assert all(receipt["signature"] and receipt["ms"] == stop["ms"] for receipt in stop["receipts"])
    suspended = [stop for stop in summary["stops"] if stop["state"] == "suspended"]
    assert [stop.get("actors") or stop["actor"] for stop in suspended] == [["cln-33", "cln-34"], "tug-22"]
    assert suspended[1]["by"] == "bridge:company-iam"
    assert (stops["quarantined"]["actor"], stops["quarantined"]["by"]) == ("amr-13", "system")
    assert stops["in_repair"]["first_denial_at"] is not None


def test_every_abuse_is_found(summary):
    assert {finding["finding"] for finding in summary["findings"]} >= FINDINGS


def test_the_journal_is_whole(summary):
    journal = summary["journal"]
    assert (journal["integrity"], journal["completeness"]) == ("ok", "ok")
    assert journal["records"] > summary["permits"] + summary["denials"]


def test_nothing_is_left_behind(finished):
    _, folder = finished
    assert list(folder.iterdir()) == []
    assert left_behind(folder) == []


def test_the_story_is_told_on_stderr(finished):
    done, _ = finished
    assert "cln-31 refused at L1-pharmacy-entrance: not_in_contract" in done.stderr
    assert "critical: cloned_key amr-13" in done.stderr


def test_ctrl_c_ends_everything_in_order_and_sums_up(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    environment = {**os.environ, "TMPDIR": str(folder)}
    demo = subprocess.Popen(
        [*COMMAND, "--for", "300s"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with demo:
        try:
            assert demo.stderr is not None
            assert any("refused at" in line for line in demo.stderr)
            os.killpg(demo.pid, signal.SIGINT)
            out, _ = demo.communicate(timeout=60)
        finally:
            demo.kill()
    summary = json.loads(out)
    assert demo.returncode == 0
    assert summary["denials"] >= 1
    assert (summary["journal"]["integrity"], summary["journal"]["completeness"]) == ("ok", "ok")
    assert left_behind(folder) == []
    assert list(folder.iterdir()) == []


def test_what_fails_in_the_show_fails_the_demonstration():
    async def broken(stage):
        raise Invalid("broken", "The screen is on fire.")

    with pytest.raises(Invalid, match="on fire"):
        run_with(60.0, broken)
