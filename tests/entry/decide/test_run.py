import json
import os
import signal
import time

from tests.entry.world import PATIENCE_S


def test_the_first_and_the_last_record_tell_of_start_and_end(own_world):
    own_world.permits("alice")
    former = own_world.server.process("decide")
    os.kill(former, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE_S
    while not is_back(own_world, former):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    kinds = [record["kind"] for record in records(own_world)]
    assert (kinds[0], kinds.count("started"), kinds.count("stopped")) == ("started", 2, 1)
    assert kinds.index("stopped") < len(kinds) - 1 - kinds[::-1].index("started")


def is_back(world, former):
    try:
        return world.permits("alice") and world.server.process("decide") != former
    except OSError:
        return False


def records(world):
    return [json.loads(line) for line in world.run("journal", "export", "--out", "-").out.splitlines()]


def test_sockets_and_folders_are_open_to_nobody_who_need_not(world):
    modes = {path.name: path.stat().st_mode & 0o777 for path in world.server.data.rglob("*.sock")}
    assert modes == {"control.sock": 0o600, "internal.sock": 0o600, "manage.sock": 0o600, "points.sock": 0o666}
    folders = {path.name: path.stat().st_mode & 0o777 for path in world.server.data.iterdir() if path.is_dir()}
    private = dict.fromkeys(("journal", "keys", "tls", "tables", "cursors", "people", "plans"), 0o700)
    assert folders == {"run": 0o711, **private}
