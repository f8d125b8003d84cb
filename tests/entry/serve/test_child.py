"""A child that is kept alive: real processes that report to a socket and die when told to."""

import asyncio
import os
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from structlog.testing import capture_logs

from nameplate.entry.serve import child as child_module
from nameplate.entry.serve.child import Child
from tests.entry.serve.servers import PATIENCE_S, until

KID = """
import os, signal, socket, sys
line = socket.socket(socket.AF_UNIX)
line.connect(sys.argv[-1])

def polite(number, frame):
    line.sendall(b"told to end\\n")
    sys.exit(0)

signal.signal(signal.SIGTERM, signal.SIG_IGN if "deaf" in sys.argv else polite)
given = "" if "unread" in sys.argv else sys.stdin.read()
line.sendall(f"{os.getpid()} {given}\\n".encode())
line.recv(1)
os._exit(3)
"""


class Life:
    """One life of the child, as it tells it. `end()` lets it die."""

    def __init__(self, reader, writer):
        self.reader, self.writer, self.pid, self.given = reader, writer, 0, ""

    async def begin(self):
        pid, _, self.given = (await self.line()).partition(" ")
        self.pid = int(pid)
        return self

    async def line(self):
        return (await self.reader.readline()).decode().rstrip("\n")

    def end(self):
        self.writer.write(b"x")


@asynccontextmanager
async def kids(monkeypatch, *words, stdin=None):
    """A child and a function that waits for its next life."""
    with TemporaryDirectory(prefix="np-") as folder:
        (Path(folder) / "nameplate_test_kid.py").write_text(KID, encoding="ascii")
        monkeypatch.setenv("PYTHONPATH", folder)
        lives: asyncio.Queue[Life] = asyncio.Queue()
        writers, path = [], str(Path(folder) / "s")

        def born(reader, writer):
            writers.append(writer)
            lives.put_nowait(Life(reader, writer))

        server = await asyncio.start_unix_server(born, path)
        child = Child("kid", "nameplate_test_kid", [*words, path], stdin)

        async def life():
            async with asyncio.timeout(PATIENCE_S):
                return await (await lives.get()).begin()

        try:
            yield child, life
        finally:
            async with asyncio.timeout(PATIENCE_S):
                await child.stop()
            server.close()
            for writer in writers:
                writer.close()
            # One turn of the loop for each transport to let go of its socket.
            await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)
        assert processes_with(path) == []


def processes_with(word):
    """Process ids whose arguments hold that word."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0") if folder.name.isdecimal() else []
        except OSError:
            continue
        found += [int(folder.name)] if word.encode() in words else []
    return found


def about(pid, name):
    """What anybody of the same user may read about a process (proc(5))."""
    return Path(f"/proc/{pid}/{name}").read_bytes()


def pauses(logs):
    return [each["pause_s"] for each in logs if each["event"].startswith("a process ended")]


def test_a_child_that_dies_is_started_again_a_little_later_each_time(monkeypatch):
    monkeypatch.setattr(child_module, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(child_module, "LONGEST_PAUSE_S", 0.05)

    async def main():
        async with kids(monkeypatch) as (child, life):
            child.start()
            pids = set()
            for number in range(5):
                current = await life()
                assert (child.pid, child.restarts) == (current.pid, number)
                pids.add(current.pid)
                current.end()
            await life()
            assert len(pids) == 5

    with capture_logs() as logs:
        asyncio.run(main())
    assert pauses(logs) == [0.02, 0.04, 0.05, 0.05, 0.05]
    assert {(each["child"], each["code"]) for each in logs} == {("kid", 3)}


def test_after_a_good_run_the_pause_is_short_again(monkeypatch):
    monkeypatch.setattr(child_module, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(child_module, "GOOD_RUN_S", 60.0)

    async def main():
        async with kids(monkeypatch) as (child, life):
            child.start()
            for _ in range(2):
                (await life()).end()
            current = await life()
            monkeypatch.setattr(child_module, "GOOD_RUN_S", 0.0)
            current.end()
            await life()

    with capture_logs() as logs:
        asyncio.run(main())
    assert pauses(logs) == [0.02, 0.04, 0.01]


def test_a_child_that_is_killed_is_started_again(monkeypatch):
    async def main():
        async with kids(monkeypatch) as (child, life):
            child.start()
            first = await life()
            os.kill(first.pid, 9)
            assert (await life()).pid != first.pid

    with capture_logs() as logs:
        asyncio.run(main())
    assert [each["code"] for each in logs] == [-9]


def test_each_life_is_given_its_own_words_which_nobody_else_can_read(monkeypatch):
    words = iter(["first-secret", "second-secret"])

    async def main():
        async with kids(monkeypatch, stdin=lambda: next(words).encode()) as (child, life):
            child.start()
            for expected in ("first-secret", "second-secret"):
                current = await life()
                assert current.given == expected
                assert b"secret" not in about(current.pid, "cmdline") + about(current.pid, "environ")
                if expected == "first-secret":
                    current.end()

    with capture_logs() as logs:
        asyncio.run(main())
    assert "secret" not in str(logs)


def test_a_child_that_dies_without_reading_its_words_is_started_again(monkeypatch):
    async def main():
        async with kids(monkeypatch, "unread", stdin=lambda: bytes(1_000_000)) as (child, life):
            child.start()
            (await life()).end()
            await life()

    with capture_logs():
        asyncio.run(main())


def test_without_words_it_reads_the_end_of_its_input_and_learns_its_parent(monkeypatch):
    async def main():
        async with kids(monkeypatch) as (child, life):
            assert child.pid is None
            child.start()
            current = await life()
            assert current.given == ""
            arguments = about(current.pid, "cmdline").decode().split("\0")
            assert arguments[arguments.index("--parent") + 1] == str(os.getpid())

    asyncio.run(main())


def test_it_ends_politely_and_is_not_started_again(monkeypatch):
    async def main():
        async with kids(monkeypatch) as (child, life):
            child.start()
            current = await life()
            await child.stop()
            assert await current.line() == "told to end"
            assert (child.pid, child.restarts) == (None, 0)
            await child.stop()

    with capture_logs() as logs:
        asyncio.run(main())
    assert logs == []


def test_one_that_does_not_listen_is_ended_by_force(monkeypatch):
    monkeypatch.setattr(child_module, "GRACE_S", 0.1)

    async def main():
        async with kids(monkeypatch, "deaf") as (child, life):
            child.start()
            current = await life()
            await child.stop()
            assert child.pid is None
            with pytest.raises(ProcessLookupError):
                os.kill(current.pid, 0)

    asyncio.run(main())


@pytest.mark.parametrize("turns", range(4))
def test_ended_in_the_middle_of_a_start_it_leaves_no_process_behind(monkeypatch, turns):
    async def main():
        async with kids(monkeypatch, "deaf") as (child, _):
            monkeypatch.setattr(child_module, "GRACE_S", 0.1)
            child.start()
            for _ in range(turns):
                await asyncio.sleep(0)
            await child.stop()
            assert child.pid is None
            # `kids` looks for what is left.

    asyncio.run(main())


@pytest.mark.parametrize("turns", range(8))
def test_whoever_is_told_to_end_just_as_it_is_gone_ends(monkeypatch, turns):
    async def main():
        async with kids(monkeypatch) as (child, life):
            child.start()
            await life()
            process, stopping = child._process, asyncio.create_task(child.stop())  # noqa: SLF001
            async with asyncio.timeout(PATIENCE_S):
                while process.returncode is None:  # noqa: ASYNC110 - to the turn of the loop
                    await asyncio.sleep(0)
            for _ in range(turns):
                await asyncio.sleep(0)
            told = stopping.cancel()
            await asyncio.wait({stopping})
            assert stopping.cancelled() == told

    asyncio.run(main())


def test_ended_during_the_pause_it_stays_down(monkeypatch):
    monkeypatch.setattr(child_module, "FIRST_PAUSE_S", 1_000.0)

    async def main():
        async with kids(monkeypatch) as (child, life):
            child.start()
            (await life()).end()
            await asyncio.to_thread(until, lambda: child.restarts == 1, "it has died")
            await child.stop()
            assert child.pid is None

    with capture_logs():
        asyncio.run(main())


def test_ctrl_c_at_the_terminal_is_for_the_supervisor_alone(monkeypatch):
    async def main():
        async with kids(monkeypatch) as (child, life):
            child.start()
            assert os.getpgid((await life()).pid) != os.getpgid(0)

    asyncio.run(main())


def test_what_cannot_be_started_now_is_tried_again(monkeypatch, tmp_path):
    program = tmp_path / "python"

    async def main():
        with monkeypatch.context() as patch:
            patch.setattr(sys, "executable", str(program))
            async with kids(monkeypatch) as (child, life):
                child.start()
                await asyncio.to_thread(until, lambda: child.restarts == 2, "it was tried twice")
                program.write_text(f'#!/bin/sh\nexec "{real}" "$@"\n', encoding="utf-8")
                program.chmod(0o755)
                await life()

    real = sys.executable
    with capture_logs() as logs:
        asyncio.run(main())
    assert logs[0]["code"] == "cannot be started: No such file or directory"
