"""A real server for as long as a block lasts, and not a moment longer."""

import socket
import subprocess
import sys
from contextlib import suppress

import pytest

from nameplate.domain.errors import Unavailable
from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve import started
from nameplate.entry.serve.started import end, running_core, running_server
from tests.entry.serve.servers import answers, log, processes


def test_it_can_decide_and_manage_from_the_first_moment_and_is_gone_after_even_a_failed_block(tmp_path):
    port = free_port()
    with suppress(ZeroDivisionError), running_server(tmp_path, port, NAMEPLATE_LOG__JSON_LINES="true") as server:
        assert answers(server)
        socket.create_connection(("127.0.0.1", port)).close()
        assert {server.supervisor, server.process("decide"), server.process("manage")} == set(processes(tmp_path))
        with pytest.raises(Unavailable, match="The process point is not there"):
            server.process("point")
        raise ZeroDivisionError
    assert processes(tmp_path) == []
    assert not answers(server)
    assert '"event": "deciding"' in log(tmp_path)
    with pytest.raises(Unavailable):
        server.process("decide")


@pytest.mark.parametrize("running", [running_server, running_core])
def test_a_server_that_cannot_start_is_an_error_at_once_and_nobody_is_left(tmp_path, running, monkeypatch):
    monkeypatch.setenv("NAMEPLATE_JOURNAL__SEGMENT_BYTES", "1")
    with pytest.raises(Unavailable), running(tmp_path, free_port()):
        pytest.fail("it stands")
    assert processes(tmp_path) == []
    assert "segment_bytes" in log(tmp_path)


def test_what_does_not_obey_is_killed_and_that_is_an_error(monkeypatch):
    monkeypatch.setattr(started, "END_S", 0.1)
    code = "import signal, sys; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); sys.stdin.read()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"deaf\n"
        with pytest.raises(subprocess.TimeoutExpired):
            end(process)
        assert process.returncode == -9
