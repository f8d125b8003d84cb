"""Pruning without a server, from the front door; the tables and a start afterwards."""

import shutil

from nameplate.boot import clocks
from nameplate.boot.journal import verify_journal
from nameplate.domain.timestamps import rfc3339
from nameplate.entry.bench.workload import free_port
from nameplate.entry.serve.started import running_server
from tests.entry.world import World, run

SMALL = {"NAMEPLATE_JOURNAL__SEGMENT_BYTES": "2048", "NAMEPLATE_AUTHZEN__SUBJECT_TYPES": '["user"]'}


def told(server):
    world = object.__new__(World)
    world.server = server
    world.token = world.point("pep")
    return world


def test_what_was_pruned_is_gone_and_everything_that_counts_is_there(tmp_path):
    data, old_tables = tmp_path / "data", tmp_path / "old"
    data.mkdir()
    with running_server(data, free_port(), **SMALL) as server:
        world = World(server)
        world.order("quarantine", world.actor("stopped"))
        old = world.evaluate("alice", "read", "record-1")["context"]["decision_id"]
        for _ in range(30):
            world.permits("alice")
    shutil.copytree(data / "tables", old_tables)
    with running_server(data, free_port(), **SMALL) as server:
        world = told(server)
        would = world.run("journal", "prune", "--older-than", "1d", "--dry-run", "--json")
        assert would.json["last"] == 0
        before = world.run("journal", "verify", "--json").json
        now = world.run("journal", "prune", "--before", "2026-01-01", "--json")
        assert now.json["last"] == 0
        assert before["pruned"] == 0
    assert run("journal", "prune", "--data", data, "--before", "2999-01-01").code == 1
    assert run("journal", "prune", "--data", data).code == 1
    done = run("journal", "prune", "--data", data, "--before", rfc3339(clocks.wall()), "--json")
    assert done.code == 0, done.err
    assert done.json["done"]
    report = verify_journal(data, key=None, checkpoint=None)
    assert report.ok
    assert report.pruned == done.json["last"] > 0
    assert "was pruned" in run("journal", "prove", "1", "--data", data).err
    # Tables from before, and none at all: both times a start finds the state.
    for tables in (old_tables, None):
        shutil.rmtree(data / "tables")
        if tables:
            shutil.copytree(tables, data / "tables")
        with running_server(data, free_port(), **SMALL) as server:
            world = told(server)
            assert world.permits("alice")
            assert world.evaluate("stopped", "read", "record-1")["context"]["reasons"] == ["state", "quarantined"]
            states = {each["id"]: each["state"] for each in world.server.client.get("/v1/actors?limit=100")["items"]}
            assert states == {"alice": "active", "bob": "active", "stopped": "quarantined"}
            assert world.run("decision", "explain", old).code == 3
    assert verify_journal(data, key=None, checkpoint=None).ok
