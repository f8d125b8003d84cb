"""Seen by the kernel: no answer leaves before the sync that covers its record has ended."""

import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest

from nameplate.entry.bench.workload import free_port
from nameplate.entry.client import Client
from nameplate.entry.serve.started import Server, running_server
from tests.conftest import require_peer
from tests.entry.conftest import USERS
from tests.entry.world import PATIENCE_S, World, question

CALLS = "trace=fdatasync,fsync,pwrite64,write,writev,sendto,sendmsg"
SYNCS = {"fdatasync", "fsync"}
SENDS = {"write", "writev", "sendto", "sendmsg"}
LINE = re.compile(r"^(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)$")


class Call(NamedTuple):
    """A system call: where in the trace it begins and ends, and its arguments as strace prints them."""

    name: str
    begins: int
    ends: int
    text: str


def calls(trace):
    """The system calls of a trace (strace -f), those that other threads interrupted put together."""
    begun: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(trace.splitlines()):
        found = LINE.match(line)
        if found is None:
            continue
        pid, resumed, name, text = found.groups()
        if resumed:
            begins, start = begun.pop(pid, (number, ""))
            yield Call(resumed, begins, number, start + text)
        elif text.endswith("<unfinished ...>"):
            begun[pid] = (number, text)
        else:
            yield Call(name, number, number, text)


def too_early(trace, decision_ids):
    """Decisions whose answer begins to be sent before a sync, begun after their record was written, has ended."""
    found = list(calls(trace))
    return [ident for ident in decision_ids if not _covered(found, f'{ident}\\"')]


def _covered(found, mark):
    sent = min((call.begins for call in found if call.name in SENDS and mark in call.text), default=None)
    written = min((call.ends for call in found if call.name == "pwrite64" and mark in call.text), default=None)
    if sent is None or written is None:
        return False
    syncs = [call for call in found if call.name in SYNCS and call.text.endswith("= 0")]
    return any(written <= call.begins and call.ends < sent for call in syncs)


RECORD = '10 pwrite64(7, "{\\"seq\\":3,\\"decision_id\\":\\"n1-3\\",...", 300, 64) = 300'
SYNC, SEND = "10 fdatasync(7) = 0", '9 write(12, "HTTP/1.1 200 OK...\\"decision_id\\":\\"n1-3\\"}}", 200) = 200'


@pytest.mark.parametrize(
    ("lines", "early"),
    [
        ([RECORD, SYNC, SEND], []),
        ([RECORD, SEND, SYNC], ["n1-3"]),
        ([SYNC, RECORD, SEND], ["n1-3"]),
        ([RECORD, "10 fdatasync(7 <unfinished ...>", SEND, "10 <... fdatasync resumed>) = 0"], ["n1-3"]),
        ([RECORD, "10 fdatasync(7 <unfinished ...>", "10 <... fdatasync resumed>) = 0", SEND], []),
        ([RECORD, "10 fdatasync(7) = -1 EIO (Input/output error)", SEND], ["n1-3"]),
        ([SYNC, SEND], ["n1-3"]),
        ([RECORD, SYNC], ["n1-3"]),
    ],
)
def test_an_answer_that_is_too_early_is_seen(lines, early):
    assert too_early("\n".join(lines), ["n1-3"]) == early


@pytest.fixture(name="traced")
def traced_fixture(tmp_path):
    """A deciding process under strace, on the data of a server that has ended; and where its trace goes."""
    strace = require_peer("strace", "apt-get install strace")
    data, trace, port = tmp_path / "data", tmp_path / "trace", free_port()
    data.mkdir()
    with running_server(data, port, NAMEPLATE_AUTHZEN__SUBJECT_TYPES=USERS) as server:
        world = World(server)
    # The process ends with its parent, which is strace: only the shell between them knows its number.
    script = 'exec "$0" -m nameplate.entry.decide --parent "$PPID" --data "$1" --port "$2"'
    command = [strace, "-f", "-s", "200000", "-o", str(trace), "-e", CALLS]
    words = ["sh", "-c", script, sys.executable, str(data), str(port)]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "-E", f"NAMEPLATE_AUTHZEN__SUBJECT_TYPES={USERS}", *words], stdout=log, stderr=log
        )
    try:
        world.server = Server(data, port, Client(data), process.pid)
        wait_until_it_decides(world, process)
        yield world, trace
    finally:
        # strace itself takes no signals; it ends with what it traces.
        os.kill(Server(data, port, Client(data), process.pid).process("decide"), signal.SIGTERM)
        process.wait(20)


def wait_until_it_decides(world, process):
    deadline = time.monotonic() + 2 * PATIENCE_S
    while True:
        try:
            return world.permits("alice")
        except OSError:
            assert process.poll() is None, "the process under strace has ended: is tracing allowed here?"
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_every_answer_comes_after_its_sync(traced):
    world, trace = traced

    def ask(number):
        action = "write" if number % 2 else "read"
        return world.evaluate("bob", action, "record-1")["context"]["decision_id"]

    answered = [ask(number) for number in range(10)]
    with ThreadPoolExecutor(8) as pool:
        answered += pool.map(ask, range(40))
    batch = {"evaluations": [question("alice", "read", "record-1")] * 50}
    reply = world.post("/access/v1/evaluations", batch)
    answered += [each["context"]["decision_id"] for each in reply.body["evaluations"]]
    assert len(set(answered)) == 100
    assert too_early(trace.read_text("utf-8", "replace"), answered) == []
