"""What the managing process does before it serves, and how it takes its end."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.entry.manage.managing import ask_manage
from tests.entry.world import POLL_S


def start(data):
    words = ["-m", "nameplate.entry.manage", "--parent", str(os.getpid()), "--data", str(data)]
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, timeout=60, check=False)


def test_settings_that_cannot_be_used_are_told_without_a_traceback(tmp_path):
    (tmp_path / "nameplate.toml").write_text("colour = 'red'\n")
    told = start(tmp_path)
    assert told.returncode == 1
    assert told.stderr.startswith("nameplate: The settings cannot be used: colour: ")
    assert "Correct nameplate.toml" in told.stderr
    assert "Traceback" not in told.stderr


def test_decisions_come_first_where_both_want_the_processor(world):
    decide, manage = (os.getpriority(os.PRIO_PROCESS, world.server.process(name)) for name in ("decide", "manage"))
    assert manage > decide


def test_told_to_end_it_ends_in_order_and_is_begun_anew(own_world):
    socket = own_world.server.data / "run" / "manage.sock"
    former = own_world.server.process("manage")
    assert ask_manage(own_world, "GET", "/v1/actors", f"uid:{os.geteuid()}").status == 200
    os.kill(own_world.server.supervisor, signal.SIGSTOP)
    os.kill(former, signal.SIGTERM)
    while running(former):
        time.sleep(POLL_S)
    assert not socket.exists()
    os.kill(own_world.server.supervisor, signal.SIGCONT)
    own_world.run("actor", "list")
    while (told := own_world.run("actor", "list", "--json")).code == 6:
        time.sleep(POLL_S)
    assert {"alice", "bob"} <= {each["id"] for each in told.json["items"]}
    assert own_world.server.process("manage") != former
    assert "Traceback" not in (own_world.server.data / "serve.log").read_text()


def running(pid):
    """A process that ended and waits for its parent is not running."""
    return json.dumps(Path(f"/proc/{pid}/stat").read_text()).rpartition(") ")[2][0] != "Z"
