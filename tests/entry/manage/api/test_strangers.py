"""Whoever gets past the deciding process is still nobody, unless it is the user of the server."""

import json
import os

import pytest

from nameplate.entry.decide.described import OPERATIONS
from nameplate.entry.operations import Who
from tests.entry.manage.managing import ask_manage
from tests.house.tree import SOURCE

BUILDING = (SOURCE / "entry" / "demo" / "building.yaml").read_text()
OURS = f"uid:{os.geteuid()}"
CLAIMS = [(), ("",), ("anonymous",), ("uid:4711",), ("uid:-1",), ("UID:0",), ("root",), ("uid:0, uid:0",), ("uid:00",)]
BODIES = {"/v1/apply": b'{"files":[{"name":"x","text":"{kind: Team, id: intruder, name: X}"}]}'}
BODIES["/v1/diff"] = BODIES["/v1/apply"]
CASE = "{kind: Case, id: c, actor: alice, action: read, resource: 'record:1', expect: permit}"
BODIES["/v1/contract-tests"] = json.dumps({"cases": [{"name": "c", "text": CASE}]}).encode()
BODIES["/v1/sinks/nowhere/replay"] = b'{"from":"2026-01-01T00:00:00Z"}'
BODIES["/v1/actors/alice/clone"] = b'{"id":"alice-2"}'
BODIES["/v1/sites/nowhere/plan"] = json.dumps({"map": BUILDING}).encode()
BODIES["/v1/rollout/promotions"] = b'{"point":"nobody","quiet_for":"7d"}'


def routes(world):
    paths = world.server.client.get("/v1/openapi.json")["paths"]
    ours = {(each.method, each.path) for each in OPERATIONS}
    found = ((method.upper(), path, told) for path, methods in paths.items() for method, told in methods.items())
    theirs = {(method, path) for method, path, told in found if told["tags"] == [Who.LOCAL]} - ours
    return [(method, path.format(**NAMES)) for method, path in sorted(theirs)]


NAMES = {
    "actor_id": "alice",
    "decision_id": "n-1",
    "sink_id": "nowhere",
    "ident": "al-1",
    "person_id": "p-nobody",
    "site_id": "nowhere",
}


@pytest.mark.parametrize("claim", CLAIMS, ids=repr)
def test_no_route_answers_a_stranger(world, claim):
    found = routes(world)
    assert len(found) >= 9
    for method, path in found:
        reply = ask_manage(world, method, path, *claim, body=BODIES.get(path, b""))
        assert (method, path, reply.status) == (method, path, 403)
        assert reply.body["type"] == "urn:nameplate:problem:forbidden"
        assert reply.body["remedy"]
    assert "intruder" not in world.run("export").out


def test_every_route_answers_the_user_of_the_server(world):
    for method, path in routes(world):
        body = BODIES.get(path, b"").replace(b"intruder", b"welcome")
        assert ask_manage(world, method, path, OURS, body=body).status in {200, 404}
    assert "welcome" in world.run("export").out


@pytest.mark.parametrize("path", ["/v1/actors", "/v1/export", "/v1/points", "/v1/sinks"])
def test_a_forged_caller_over_tcp_stays_anonymous(world, path):
    reply = world.get(path, x_nameplate_caller="uid:0", **{"x-nameplate-caller": "uid:0"})
    assert (reply.status, reply.headers["content-type"]) == (401, "application/problem+json")
