"""`nameplate serve` from its front door."""

import os
import signal
import subprocess
import sys

import pytest

from nameplate.boot.journal import verify_journal
from nameplate.boot.settings import Settings
from nameplate.domain.errors import Conflict, Invalid
from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.run import MAX_SOCKET_PATH, require_short, serve
from nameplate.entry.serve.started import running_server
from tests.entry.serve.servers import (
    PATIENCE_S,
    SITE,
    answers,
    apply,
    connected,
    last_kind,
    log,
    point,
    processes,
    stop,
    until,
)


def command(data, port):
    return [sys.executable, "-m", "nameplate", "serve", "--data", str(data), "--port", str(port)]


def test_a_second_server_is_refused_the_first_goes_on_and_ends_in_order_when_told_to(tmp_path):
    with running_server(tmp_path, free_port()) as server:
        apply(server, SITE + "---\n" + point("p1", "d1"))
        until(lambda: connected(server) == {"p1"}, "its point is connected")
        before = sorted(processes(tmp_path))
        second = subprocess.run(
            command(tmp_path, free_port()), capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
        assert (second.returncode, second.stdout) == (5, "")
        assert f"Another server runs in {tmp_path}." in second.stderr
        assert "Traceback" not in second.stderr
        with pytest.raises(Conflict):
            serve(Settings.read(data=tmp_path))
        assert sorted(processes(tmp_path)) == before
        assert answers(server)
        assert {each["point"] for each in stop(server, "robot")["receipts"]} == {"p1"}
        os.kill(server.supervisor, signal.SIGTERM)
        until(lambda: processes(tmp_path) == [], "all are gone")
    assert last_kind(tmp_path) == "stopped"
    assert "Traceback" not in log(tmp_path)
    assert "started again" not in log(tmp_path)
    assert [path.name for path in tmp_path.rglob("*.sock")] == []
    report = verify_journal(tmp_path, key=None, checkpoint=None)
    assert (report.integrity, report.completeness) == ("ok", "ok"), report.problems


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_before_it_has_begun_it_ends_and_leaves_nobody(tmp_path, number):
    with (tmp_path / "serve.log").open("wb") as out:
        process = subprocess.Popen(command(tmp_path, free_port()), stdout=out, stderr=out)
    until(lambda: processes(tmp_path, "nameplate.entry.manage"), "its children are being started")
    process.send_signal(number)
    assert process.wait(PATIENCE_S) == 0
    until(lambda: processes(tmp_path) == [], "all are gone")
    assert "Traceback" not in log(tmp_path)


def test_a_directory_with_a_path_too_long_for_sockets_is_refused_before_anything_is_made(tmp_path):
    data = tmp_path / ("long" * 25)
    with pytest.raises(Invalid, match=r"at most 107 are possible\. Name a directory with a shorter path"):
        serve(Settings.read(data=data))
    assert not data.exists()


def test_a_path_that_is_just_short_enough_is_no_fault(tmp_path):
    room = MAX_SOCKET_PATH - len(str(tmp_path)) - 1
    require_short(tmp_path / ("x" * room))
    with pytest.raises(Invalid):
        require_short(tmp_path / ("x" * (room - 1) + "é"))
