"""A whole server: what dies comes back, what is declared runs, and nothing outlives the supervisor."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nameplate.boot.children import FIRST_USER
from nameplate.boot.journal import verify_journal
from nameplate.entry.bench.workload import free_port
from nameplate.entry.client import Client
from nameplate.entry.serve.started import Server, running_server
from tests.entry.serve.servers import (
    SITE,
    answers,
    apply,
    connected,
    kill,
    last_kind,
    log,
    point,
    points,
    processes,
    stop,
    until,
)


@pytest.fixture(scope="module", name="server")
def server_fixture(tmp_path_factory):
    """A server with one point that guards."""
    with running_server(tmp_path_factory.mktemp("np"), free_port()) as server:
        apply(server, SITE + "---\n" + point("p1", "d1"))
        until(lambda: connected(server) == {"p1"}, "its point is connected")
        yield server


def receipts(server, actor):
    return {each["point"] for each in stop(server, actor)["receipts"]}


def test_points_are_started_ended_and_started_anew_as_manifests_come_and_go(server):
    first = points(server.data)
    apply(server, point("p2", "d2"))
    until(lambda: connected(server) == {"p1", "p2"}, "a second point guards")
    second = points(server.data) - first
    assert first < points(server.data)
    assert receipts(server, "both") == {"p1", "p2"}

    apply(server, f"{point('p2', 'd2')[:-3]}, strike: 2s}}]}}")
    until(lambda: connected(server) == {"p1", "p2"} and not second & points(server.data), "it is started anew")
    assert first < points(server.data)

    apply(server, point("p2"))
    until(lambda: points(server.data) == first and connected(server) == {"p1"}, "it is ended")
    assert receipts(server, "one") == {"p1"}


def test_a_point_that_dies_is_started_again(server):
    before = points(server.data)
    kill(server.process("point"))
    until(lambda: points(server.data) - before and connected(server) == {"p1"}, "it is back")
    assert receipts(server, "after-the-point") == {"p1"}


def test_when_the_deciding_process_dies_the_points_stay_and_are_introduced_again(server):
    former, guarding = server.process("decide"), points(server.data)
    kill(former)
    until(lambda: answers(server) and connected(server) == {"p1"}, "all is back")
    assert server.process("decide") != former
    assert points(server.data) == guarding
    assert receipts(server, "after-the-kill") == {"p1"}


def test_when_the_managing_process_dies_it_comes_back_and_nobody_else_is_touched(server):
    others = server.process("decide"), points(server.data)
    former = server.process("manage")
    kill(former)
    until(lambda: former not in processes(server.data) and answers(server), "it is back")
    assert (server.process("decide"), points(server.data)) == others


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up root; run the tests as root, too")
def test_no_two_points_share_a_user(server):
    apply(server, point("p3", "d2"))
    until(lambda: connected(server) == {"p1", "p3"}, "both guard")
    users = sorted(Path(f"/proc/{pid}").stat().st_uid for pid in points(server.data))
    assert users == [FIRST_USER, FIRST_USER + 1]
    apply(server, point("p3"))
    until(lambda: connected(server) == {"p1"}, "one is ended")


@pytest.fixture(name="killed")
def killed_fixture(tmp_path):
    """The data directory of a server with a point, whose supervisor was killed."""
    words = [sys.executable, "-m", "nameplate", "serve", "--data", str(tmp_path), "--port", str(free_port())]
    with (tmp_path / "outer.log").open("wb") as out, subprocess.Popen(words, stdout=out, stderr=out) as process:
        server = Server(tmp_path, 0, Client(tmp_path), process.pid)
        try:
            until(lambda: answers(server), "it answers")
            apply(server, SITE + "---\n" + point("p1", "d1"))
            until(lambda: connected(server) == {"p1"}, "its point is connected")
            stop(server, "stopped-robot")
            assert len(processes(tmp_path)) == 4
        finally:
            process.kill()
    return tmp_path


def test_a_killed_supervisor_takes_all_along_and_ctrl_c_ends_the_next_one_in_order(killed):
    # At once, while the others may still be ending.
    with running_server(killed, free_port()) as server:
        until(lambda: connected(server) == {"p1"}, "the point guards again")
        until(lambda: len(processes(killed)) == 4, "nobody is left of the first")
        assert server.client.get("/v1/actors/stopped-robot")["state"] == "quarantined"
        # Ctrl-C reaches every process of the terminal's group.
        os.killpg(server.supervisor, signal.SIGINT)
        until(lambda: processes(killed) == [], "all are gone")
    assert last_kind(killed) == "stopped"
    assert "Traceback" not in log(killed)
    assert [path.name for path in killed.rglob("*.sock")] == []
    report = verify_journal(killed, key=None, checkpoint=None)
    assert (report.integrity, report.completeness) == ("ok", "ok"), report.problems
