import os
import select
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from nameplate.boot.children import FIRST_USER, USERS, become_own_user

PARENT = """
import os, subprocess, sys
child = subprocess.Popen([sys.executable, "-c", sys.argv[1], str(os.getpid())], stdout=subprocess.PIPE, text=True)
assert child.stdout.readline() == "ready\\n"
print(child.pid, flush=True)
sys.stdin.read()
"""
CHILD = """
import sys, time
from nameplate.boot.children import become_own_user, die_with_parent
BECOME
die_with_parent(int(sys.argv[1]))
print("ready", flush=True)
time.sleep(60)
"""
root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change its user; run it as root")


@pytest.fixture
def family():
    """Starts a parent whose child runs a program; gives the parent and the pid of the child. Ends both."""
    started = []

    def start(program):
        parent = subprocess.Popen(
            [sys.executable, "-c", PARENT, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert parent.stdout
        started.append((parent, int(parent.stdout.readline())))
        return started[-1]

    yield start
    for parent, pid in started:
        with suppress(ProcessLookupError):
            os.kill(pid, 9)
        parent.kill()
        parent.communicate()


def ended(pid):
    """Wait until the process is gone (its descriptor becomes readable, pidfd_open(2))."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    readable, _, _ = select.select([descriptor], [], [], 10)
    os.close(descriptor)
    return bool(readable)


@pytest.mark.parametrize("become", ["", pytest.param("become_own_user(7)", marks=root_only)])
def test_a_child_ends_when_its_parent_is_killed(family, become):
    parent, pid = family(CHILD.replace("BECOME", become))
    if become:
        assert Path(f"/proc/{pid}").stat().st_uid == FIRST_USER + 7
    parent.kill()
    parent.wait(10)
    assert ended(pid)


def test_a_child_whose_parent_is_gone_already_does_not_begin():
    program = CHILD.replace("BECOME", "")
    done = subprocess.run([sys.executable, "-c", program, "1"], capture_output=True, text=True, timeout=30, check=True)
    assert done.stdout == ""


@root_only
def test_who_has_given_up_root_cannot_get_it_back_and_keeps_no_group_but_that_of_serial_lines():
    program = """
import os
from nameplate.boot.children import become_own_user
uid = become_own_user(11)
assert os.getresuid() == os.getresgid() == (uid, uid, uid), os.getresuid()
for attempt in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0])):
    try:
        attempt()
    except PermissionError:
        continue
    raise SystemExit("root again")
import grp
assert {grp.getgrgid(each).gr_name for each in os.getgroups()} <= {"dialout"}
"""
    subprocess.run([sys.executable, "-c", program], timeout=30, check=True)


@pytest.mark.parametrize("number", [-1, USERS])
def test_there_is_no_user_beyond_the_range(number):
    with pytest.raises(ValueError, match="no user id"):
        become_own_user(number)


def test_the_range_is_that_of_users_made_up_at_start():
    assert (FIRST_USER, FIRST_USER + USERS - 1) == (61_184, 65_519)
