"""Sinks that cannot be reached, or fail in ways that nobody foresaw: they say why, and only they."""

import asyncio
import json
import socket
import threading
import time
from contextlib import suppress

import pytest

from nameplate.domain.sinks import Sink
from nameplate.entry.bench.workload import free_port
from nameplate.entry.manage import exporting, jobs
from nameplate.entry.manage.exporting import Exporting
from tests.entry.manage.managing import beside
from tests.entry.world import PATIENCE_S


def declare(world, ident, to):
    world.apply(json.dumps({"kind": "Sink", "id": ident, "format": "ocsf", "to": to}))


def shown(world, ident):
    return next(each for each in world.server.client.get("/v1/sinks")["items"] if each["id"] == ident)


def until(world, ident, holds):
    deadline = time.monotonic() + PATIENCE_S
    while not holds(found := shown(world, ident)):
        assert time.monotonic() < deadline, found
        time.sleep(0.02)
    return found


def is_up_to_date(status):
    return (status["status"], status["lag_records"]) == ("ok", 0)


def lines(path):
    return path.read_text().splitlines() if path.exists() else []


def test_a_receiver_that_is_not_there_is_told_with_the_lag_and_goes_on_once_it_is(world):
    port = free_port()
    declare(world, "siem-down", f"syslog+tcp://127.0.0.1:{port}")
    told = until(world, "siem-down", lambda each: each["status"] not in {"starting", "ok"})
    assert f"127.0.0.1:{port} takes no events" in told["status"]
    assert "goes on by itself" in told["status"]
    assert told["lag_records"] > 0
    assert told["lag_seconds"] > 0
    received = threading.Thread(target=drain, args=(port, begun := threading.Event()), daemon=True)
    received.start()
    assert begun.wait(PATIENCE_S)
    until(world, "siem-down", is_up_to_date)
    declare(world, "siem-down", "file:/dev/null")
    received.join(PATIENCE_S)
    assert not received.is_alive()


def drain(port, begun):
    """A receiver of one connection, until the other side ends it."""
    with socket.create_server(("127.0.0.1", port)) as server:
        begun.set()
        line, _ = server.accept()
        with line, suppress(ConnectionError):
            while line.recv(65_536):
                pass


def test_a_sink_in_trouble_holds_up_no_other_and_misses_nothing(world, tmp_path):
    broken, sound = tmp_path / "later" / "events.ndjson", tmp_path / "events.ndjson"
    declare(world, "folderless", f"file:{broken}")
    declare(world, "sound", f"file:{sound}")
    told = until(world, "folderless", lambda each: each["status"] not in {"starting", "ok"})
    assert "No such file or directory" in told["status"]
    decision_id = world.evaluate("alice", "read", "record-1")["context"]["decision_id"]
    until(world, "sound", lambda each: is_up_to_date(each) and decision_id in sound.read_text())
    assert shown(world, "folderless")["lag_records"] > 0
    broken.parent.mkdir()
    until(world, "folderless", is_up_to_date)
    assert set(lines(sound)[:10]) <= set(lines(broken))
    assert decision_id in broken.read_text()


def test_a_fault_that_nobody_foresaw_is_told_and_the_correction_needs_no_restart(world, tmp_path):
    manage = world.server.process("manage")
    declare(world, "nameless", "syslog+tcp://two..dots:514")
    told = until(world, "nameless", lambda each: each["status"] not in {"starting", "ok"})
    assert told["lag_records"] > 0
    declare(world, "nameless", f"file:{tmp_path}/events.ndjson")
    until(world, "nameless", is_up_to_date)
    assert world.server.process("manage") == manage


def test_a_position_that_is_damaged_is_told_and_tried_again(world, tmp_path, monkeypatch):
    monkeypatch.setattr(exporting, "AGAIN_S", 0.02)
    (tmp_path / "hurt.json").write_text("{")

    async def main():
        async with beside(world, tmp_path) as process:
            registry = process.projection.registry
            registry.sinks.clear()
            registry.sinks["hurt"] = Sink("hurt", "ocsf", f"file:{tmp_path}/hurt.ndjson")
            registry.sinks["whole"] = Sink("whole", "ocsf", f"file:{tmp_path}/whole.ndjson")
            service = Exporting(registry, process.parts.exporter, process.commands.credential)
            task = asyncio.create_task(service.run())
            await status_of(service, "whole", is_up_to_date)
            told = await status_of(service, "hurt", lambda each: each["status"] not in {"starting", "ok"})
            assert "hurt.json does not hold the position of a sink. Remove it" in told["status"]
            assert lines(tmp_path / "hurt.ndjson") == []
            (tmp_path / "hurt.json").unlink()
            await status_of(service, "hurt", is_up_to_date)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    asyncio.run(main())
    assert lines(tmp_path / "hurt.ndjson")[:10] == lines(tmp_path / "whole.ndjson")[:10] != []


async def status_of(service, ident, holds):
    while True:
        found = next(each for each in service.status() if each["id"] == ident)
        if holds(found):
            return found
        await asyncio.sleep(0.01)


def test_told_to_end_while_a_sink_is_slow_to_let_go_it_ends(world, tmp_path, monkeypatch):
    """A receiver that never closes its side holds up the goodbye; whoever ends the process must not wait for more."""
    monkeypatch.setattr(jobs, "LOOK_S", 0.001)

    async def main(port):
        async with beside(world, tmp_path) as process:
            registry = process.projection.registry
            registry.sinks.clear()
            registry.sinks["slow"] = Sink("slow", "ocsf", f"syslog+tcp://127.0.0.1:{port}")
            service = Exporting(registry, process.parts.exporter, process.commands.credential)
            task = asyncio.create_task(service.run())
            await status_of(service, "slow", is_up_to_date)
            ending = registry.sinks.pop("slow")
            job = service._jobs.running[ending.id]  # noqa: SLF001 - nothing else shows that it is about to end
            while not job.task.cancelling():  # noqa: ASYNC110 - a task tells nobody that it is being cancelled
                await asyncio.sleep(0.001)
            assert not job.task.done()
            task.cancel()
            done, _ = await asyncio.wait({task}, timeout=PATIENCE_S)
            assert (done, task.cancelled(), job.task.done()) == ({task}, True, True)

    with socket.create_server(("127.0.0.1", 0)) as server:
        lines_of: list[socket.socket] = []
        thread = threading.Thread(target=read_for_ever, args=(server, lines_of), daemon=True)
        thread.start()
        asyncio.run(main(server.getsockname()[1]))
        thread.join(PATIENCE_S)
        for line in lines_of:
            line.close()


def read_for_ever(server, lines_of):
    """Takes all that comes and keeps its own side open."""
    line, _ = server.accept()
    lines_of.append(line)
    with suppress(ConnectionError):
        while line.recv(65_536):
            pass


@pytest.mark.parametrize(
    "to", ["", "file:", "syslog+udp://siem.example:514", "syslog+tcp://siem.example:0", "kafka://x"]
)
def test_a_target_that_cannot_work_is_refused_before_anything_is_applied(world, to):
    with pytest.raises(Exception, match=r"world\.yaml:1:") as refused:
        declare(world, "impossible", to)
    assert [each["field"] for each in refused.value.problems] == ["to"]  # type: ignore[attr-defined]
    assert "impossible" not in {each["id"] for each in world.server.client.get("/v1/sinks")["items"]}
