import signal
import subprocess
import sys

import pytest

from nameplate.entry.bench.workload import free_port
from tests.entry.world import run


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.org", "127.0.0.1.example.org"])  # noqa: S104
def test_beyond_this_machine_nobody_is_listened_to(tmp_path, host):
    told = run("serve", "--data", tmp_path / "data", "--host", host)
    assert told.code == 1
    assert "TLS" in told.err
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("port", ["-1", "65536", "x"])
def test_a_port_that_is_none_ends_with_2(tmp_path, port):
    assert run("serve", "--data", tmp_path / "data", "--port", port).code == 2


def test_serve_says_where_it_is_and_takes_all_its_processes_along(tmp_path):
    port = free_port()
    command = [sys.executable, "-m", "nameplate", "serve", "--data", str(tmp_path), "--port", str(port), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        assert server.stdout
        assert server.stderr
        told = server.stdout.readline()
        for line in server.stderr:
            if "deciding" in line:
                break
        server.send_signal(signal.SIGTERM)
        # The other processes hold these pipes too: they close when the last of them is gone.
        server.communicate(timeout=30)
    assert told == f'{{"data": "{tmp_path}", "url": "http://127.0.0.1:{port}"}}\n'
    assert server.returncode == 0
