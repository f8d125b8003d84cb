"""`python -m nameplate.entry.point` as the supervisor starts it."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from nameplate.boot.children import FIRST_USER
from tests.entry.serve.servers import PATIENCE_S, until

TOKEN = "a-token-nobody-may-see"
NUMBER = 41
# A parent that starts one point, says its pid, and waits to be killed.
PARENT = """
import os, subprocess, sys
words = [sys.executable, "-m", "nameplate.entry.point", "--parent", str(os.getpid()), "--data", sys.argv[1]]
child = subprocess.Popen(words, stdin=subprocess.PIPE)
child.stdin.write(sys.argv[2].encode())
child.stdin.close()
print(child.pid, flush=True)
child.wait()
"""


def start_text(core, name, **changes):
    start = {"point": name, "type": "osdp", "token": TOKEN, "socket": str(core.socket), "number": NUMBER}
    return json.dumps(start | changes)


def command(core, parent=None):
    words = ["--parent", str(parent or os.getpid()), "--data", str(core.server.data)]
    return [sys.executable, "-m", "nameplate.entry.point", *words]


@contextlib.contextmanager
def point(core, name):
    """A point process that guards; whatever it says must never hold its token."""
    core.declare(name)
    core.admit(name, TOKEN)
    pipe = subprocess.PIPE
    process = subprocess.Popen(command(core), stdin=pipe, stdout=pipe, stderr=pipe, text=True)
    assert process.stdin
    assert process.stdout
    assert process.stderr
    try:
        process.stdin.write(start_text(core, name))
        process.stdin.close()
        until(lambda: core.point(name)["connected"], f"{name} is connected")
        yield process
    finally:
        process.kill()
        said = process.stdout.read() + process.stderr.read()
        process.stdout.close()
        process.stderr.close()
        process.wait(PATIENCE_S)
    assert TOKEN not in said
    assert "Traceback" not in said


def run_to_end(core, text, parent=None):
    return subprocess.run(
        command(core, parent), input=text, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )


def ids(pid, kind):
    """The real, effective, saved and file system id of a process, or its groups (proc(5))."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(line.split()[1:] for line in lines if line.startswith(kind + ":"))


def is_gone(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_it_guards_gives_receipts_and_ends_in_order(core):
    with point(core, "main-point") as process:
        for name in ("cmdline", "environ"):
            assert TOKEN.encode() not in Path(f"/proc/{process.pid}/{name}").read_bytes()
        told = core.stop("main-robot")
        assert "main-point" in {each["point"] for each in told["receipts"]}
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE_S) == 0
        until(lambda: not core.point("main-point")["connected"], "it is gone")
        assert "main-point" in core.stop("main-second-robot")["missing"]


def orphan(core, name, own_user, look):
    """Start a point from a parent, `look` at its process, kill the parent and wait for the end of the point."""
    core.declare(name)
    core.admit(name, TOKEN)
    words = [sys.executable, "-c", PARENT, str(core.server.data), start_text(core, name)]
    environment = {**os.environ, "NAMEPLATE_POINTS__OWN_USER": own_user}
    with subprocess.Popen(words, stdout=subprocess.PIPE, env=environment) as parent:
        try:
            assert parent.stdout
            pid = int(parent.stdout.readline())
            until(lambda: core.point(name)["connected"], "it is connected")
            look(pid)
        finally:
            parent.kill()
    until(lambda: is_gone(pid), "it has ended")
    until(lambda: not core.point(name)["connected"], "nobody counts on it any more")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up root; run the tests as root, too")
def test_started_by_root_it_has_given_up_root_for_good_and_still_ends_with_its_parent(core):
    def look(pid):
        uid = str(FIRST_USER + NUMBER)
        assert ids(pid, "Uid") == [uid] * 4
        assert ids(pid, "Gid") == [uid] * 4
        assert "0" not in ids(pid, "Groups")
        assert ids(pid, "CapEff") == ids(pid, "CapPrm") == ["0" * 16]

    orphan(core, "main-own", "true", look)


def test_without_a_user_of_its_own_it_stays_who_started_it_and_ends_with_its_parent(core):
    def look(pid):
        assert ids(pid, "Uid") == [str(os.geteuid())] * 4

    orphan(core, "main-same", "false", look)


def test_without_its_parent_it_does_not_even_begin(core):
    core.declare("main-late")
    core.admit("main-late", TOKEN)
    assert run_to_end(core, start_text(core, "main-late"), parent=1).returncode == 0
    assert not core.point("main-late")["connected"]
    assert core.recorded(point="main-late", kind="outcome") == []


@pytest.mark.parametrize("text", ["", f'{{"point":"p","type":"osdp","token":"{TOKEN}","socket":"s","number":"x"}}'])
def test_orders_that_cannot_be_read_end_it_and_are_not_repeated(core, text):
    told = run_to_end(core, text)
    assert told.returncode == 1
    assert TOKEN not in told.stderr + told.stdout


@pytest.mark.parametrize("wrong", [{"type": "nonsense"}, {"socket": "/none/points.sock"}])
def test_orders_that_cannot_be_followed_end_it_and_betray_nothing(core, wrong):
    told = run_to_end(core, start_text(core, "main-wrong", **wrong))
    assert told.returncode == 1
    assert TOKEN not in told.stderr + told.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up root; run the tests as root, too")
@pytest.mark.parametrize("number", [4_336])
def test_without_a_user_id_to_become_it_does_not_stay_root(core, number):
    told = run_to_end(core, start_text(core, "main-number", number=number))
    assert told.returncode == 1
    assert "no user id" in told.stderr
    assert TOKEN not in told.stderr
