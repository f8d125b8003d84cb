import os
import subprocess
import sys

from nameplate.entry.bench.workload import free_port


def start(tmp_path, *more, parent=None):
    words = ["--parent", str(parent or os.getpid()), "--data", str(tmp_path), "--port", str(free_port()), *more]
    command = [sys.executable, "-m", "nameplate.entry.decide", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_start_that_cannot_succeed_says_why(tmp_path):
    told = start(tmp_path, "--host", "192.0.2.1")
    assert told.returncode == 1
    assert "TLS" in told.stderr
    assert "Traceback" not in told.stderr


def test_without_its_parent_it_does_not_even_begin(tmp_path):
    assert start(tmp_path / "data", parent=1).returncode == 0
    assert not (tmp_path / "data").exists()


def test_two_of_them_do_not_share_one_data_directory(world):
    told = start(world.server.data)
    assert told.returncode == 1
    assert "Another process has the key store open. Stop it first." in told.stderr
    assert world.permits("alice")
