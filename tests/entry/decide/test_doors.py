"""A door that an access system opens by a call, through the real server, its point process and real TLS."""

import json
import time

import pytest

from nameplate.enforcement.door_api.sim import SimulatedAccessSystem

SITE = """
{kind: Zone, id: ap1}
---
{kind: Zone, id: ap2}
---
{kind: Door, id: ap-door, joins: [ap1, ap2]}
---
{kind: Door, id: ap-other, joins: [ap1, ap2]}
---
kind: Contract
id: ap-remote
grants: [{actions: [enter], resources: ["door:ap-door"], presence: remote}]
---
kind: Contract
id: ap-reader
grants: [{actions: [enter], resources: ["door:ap-door"]}]
"""


@pytest.fixture(scope="module", name="system")
def system_fixture(file_world):
    with SimulatedAccessSystem("key-of-the-system", ("d-7",)) as system:
        file_world.apply(SITE)
        file_world.run("key", "put", "ap/token", stdin=system.key)
        file_world.run("key", "put", "ap/ca", stdin=system.ca.decode())
        api = {"template": "unifi-access", "key": "ap/token", "ca": "ap/ca", "values": {"door": "d-7"}}
        channels = [{"door": "ap-door", "to": system.url, "api": api}]
        file_world.apply(json.dumps({"kind": "Point", "id": "ap-caller", "type": "door-api", "channels": channels}))
        deadline = time.monotonic() + 30
        while not connected(file_world):
            assert time.monotonic() < deadline
            time.sleep(0.05)
        yield system


def connected(file_world):
    listed = file_world.server.client.get("/v1/points")["items"]
    return any(each["id"] == "ap-caller" and each["connected"] for each in listed)


@pytest.fixture(scope="module", name="token")
def token_fixture(file_world):
    return file_world.run("point", "token", "ap-fleet", "--json").json["token"]


def ask(file_world, token, actor, door="ap-door", **context):
    return file_world.post(f"/v1/doors/{door}/open", {"actor": actor, "context": context}, token)


def happenings(world, decision_id):
    records = [json.loads(line) for line in world.tail().splitlines()]
    return [each["happening"] for each in records if each.get("decision_id") == decision_id and "happening" in each]


def test_a_permit_opens_the_door_and_is_recorded(file_world, system, token):
    actor, before = file_world.actor("ap-1", contract="ap-remote"), len(system.unlocked)
    told = ask(file_world, token, actor)
    assert (told.status, told.body["decision"], told.body["opened"], told.body["trouble"]) == (200, "permit", True, "")
    assert len(system.unlocked) == before + 1
    # It is answered before it is on record.
    happened = file_world.until(lambda: happenings(file_world, told.body["decision_id"]))
    assert happened[:1] == ["strike_commanded"]
    assert system.key not in file_world.tail()


def test_without_the_grant_and_with_one_for_readers_only_nobody_is_called(file_world, system, token):
    before = len(system.unlocked)
    at_reader = file_world.actor("ap-2", contract="ap-reader")
    told = ask(file_world, token, at_reader, presence="reader")
    assert (told.body["decision"], told.body["reason"], told.body["opened"]) == ("deny", "presence", False)
    assert ask(file_world, token, "nobody").body["reason"] == "unknown_actor"
    assert len(system.unlocked) == before


def test_a_stopped_unit_opens_nothing(file_world, system, token):
    actor, before = file_world.actor("ap-3", contract="ap-remote"), len(system.unlocked)
    file_world.run("actor", "suspend", actor, "--reason", "test")
    assert ask(file_world, token, actor).body["reason"] == "state"
    assert len(system.unlocked) == before


def test_a_system_that_refuses_is_told_as_trouble(file_world, system, token):
    actor = file_world.actor("ap-4", contract="ap-remote")
    system.mood = "locked"
    told = ask(file_world, token, actor)
    system.mood = "well"
    assert (told.body["decision"], told.body["opened"], told.body["trouble"]) == ("permit", False, "strike_failed")


def test_strangers_simulators_and_other_doors_are_refused(file_world, system, token):
    simulator = file_world.run("point", "token", "ap-simulator", "--simulate", "--json").json["token"]
    assert ask(file_world, "wrong", "ap-1").status == 401
    assert ask(file_world, simulator, "ap-1").status == 403
    assert ask(file_world, token, "ap-1", door="ap-other").status == 404
    assert file_world.post("/v1/doors/ap-door/open", {"actor": 1}, token).status == 400
