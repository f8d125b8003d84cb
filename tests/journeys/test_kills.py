"""The deciding process is killed again and again under load: no answer is forgotten, no stop is undone."""

import contextlib
import http.client
import json
import os
import random
import signal
import threading
import time

import pytest

from nameplate.boot.journal import reader, verify_journal
from nameplate.domain.errors import NameplateError
from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import running_server
from tests.entry.conftest import USERS
from tests.entry.world import PATIENCE_S, World, question

DEEP = os.environ.get("NAMEPLATE_DEEP") == "1"
KILLS = 100 if DEEP else 5
CALLERS = 4
BATCH = json.dumps({"evaluations": [question("alice", "read", "record-1"), question("bob", "write", "record-1")]})


class Load(threading.Thread):
    """One caller that asks without pause and remembers every decision that it was given."""

    def __init__(self, world, ending):
        super().__init__(daemon=True)
        self._world, self._ending, self.decided = world, ending, []

    def run(self):
        while not self._ending.is_set():
            connection = http.client.HTTPConnection("127.0.0.1", self._world.server.port, timeout=PATIENCE_S)
            with contextlib.suppress(OSError, http.client.HTTPException):
                self._ask_until_it_breaks(connection)
            connection.close()
            self._ending.wait(0.02)

    def _ask_until_it_breaks(self, connection):
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._world.token}"}
        while not self._ending.is_set():
            connection.request("POST", "/access/v1/evaluations", BATCH, headers)
            answers = json.loads(connection.getresponse().read())["evaluations"]
            assert [each["decision"] for each in answers] == [True, False]
            self.decided += [(each["context"]["decision_id"], each["decision"]) for each in answers]


def stop_until_killed(world, round_number, killed):
    """Stop one actor after the other; returns those whose stop was acknowledged as recorded."""
    stopped = []
    for number in range(1_000):
        actor = f"victim-{round_number}-{number}"
        try:
            world.actor(actor)
            if world.order("quarantine", actor)["stop"]["recorded"]:
                stopped.append(actor)
        except NameplateError:
            if killed.is_set():
                break
    return stopped


def kill_after(world, seconds, killed):
    time.sleep(seconds)
    pid = world.server.process("decide")
    killed.set()
    os.kill(pid, signal.SIGKILL)


def wait_until_it_decides(world):
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return world.permits("alice") or pytest.fail("alice was stopped by nobody")
        except (OSError, http.client.HTTPException):
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.mark.timeout(2_000 if DEEP else 110)
def test_nothing_that_was_answered_is_forgotten(tmp_path):
    moments, stopped = random.Random(20), []
    with running_server(tmp_path, free_port(), NAMEPLATE_AUTHZEN__SUBJECT_TYPES=USERS) as server:
        world, ending = World(server), threading.Event()
        callers = [Load(world, ending) for _ in range(CALLERS)]
        for caller in callers:
            caller.start()
        for number in range(KILLS):
            killed = threading.Event()
            killer = threading.Thread(target=kill_after, args=(world, moments.uniform(0.05, 0.8), killed))
            killer.start()
            stopped += stop_until_killed(world, number, killed)
            killer.join()
            wait_until_it_decides(world)
            assert [actor for actor in stopped if world.permits(actor)] == []
        ending.set()
        for caller in callers:
            caller.join()
        report = verify_journal(tmp_path, key=None, checkpoint=None)
        assert (report.integrity, report.completeness) == ("ok", "ok"), report.problems
    decided = dict(pair for caller in callers for pair in caller.decided)
    assert len(decided) > 20 * KILLS
    assert len(stopped) >= KILLS // 2
    kept = {record["decision_id"]: record["decision"] == "permit" for record in decisions(tmp_path)}
    assert {ident: kept.get(ident) for ident in decided} == decided


def decisions(data):
    records = (json.loads(entry.raw) for entry in reader(data).read())
    return (record for record in records if record["kind"] == "decision")
