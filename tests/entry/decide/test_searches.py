"""Who may search, what a page token is good for, and what of it is recorded."""

import base64
import json

import pytest

from nameplate.boot.journal import reader
from tests.entry.world import question

SUBJECTS = "/access/v1/search/subject"
BODY = {"subject": {"type": "user"}, "action": {"name": "read"}, "resource": {"type": "record", "id": "record-1"}}


def searches(world):
    records = (json.loads(entry.raw) for entry in reader(world.server.data).read())
    return [record for record in records if record["kind"] in ("search", "decision")]


def first_page(world, body=BODY, token=None):
    for number in range(3):
        world.actor(f"searched-{number}")
    return world.post(SUBJECTS, body | {"page": {"limit": 1}}, token).body["page"]["next_token"]


@pytest.mark.parametrize("token", ["", "wrong", "npt_" + "A" * 43])
@pytest.mark.parametrize("what", ["subject", "resource", "action"])
def test_a_search_needs_the_token_of_a_point(world, what, token):
    reply = world.call(
        "POST",
        f"/access/v1/search/{what}",
        json.dumps(BODY).encode(),
        {"Content-Type": "application/json", "Authorization": f"Bearer {token}" if token else ""},
    )
    assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")


def test_a_page_token_is_good_for_the_same_search_of_the_same_caller_alone(world):
    token = first_page(world)
    page = {"page": {"token": token, "limit": 2}}
    assert world.post(SUBJECTS, BODY | page).status == 200
    other = world.point("another-searcher")
    assert world.post(SUBJECTS, BODY | page, other).status == 400
    assert world.post(SUBJECTS, BODY | {"action": {"name": "write"}} | page).status == 400
    assert world.post(SUBJECTS, BODY | {"context": {"ip": "10.0.0.1"}} | page).status == 400
    assert (
        world.post("/access/v1/search/resource", BODY | {"subject": {"type": "user", "id": "alice"}} | page).status
        == 400
    )


@pytest.mark.parametrize(
    "forged", ["x", "====", "é", "A" * 10_000, base64.urlsafe_b64encode(b"\x00" * 16 + b"alice").decode()]
)
def test_a_page_token_cannot_be_made_up(world, forged):
    reply = world.post(SUBJECTS, BODY | {"page": {"token": forged}})
    assert (reply.status, reply.body["type"]) == (400, "urn:nameplate:problem:page_token")


def test_a_search_is_recorded_once_and_not_as_decisions(world):
    former = searches(world)
    token = first_page(world)
    before = searches(world)
    world.post(SUBJECTS, BODY | {"page": {"token": token}})
    assert searches(world) == before
    assert before[: len(former)] == former
    [record] = before[len(former) :]
    assert {name: record[name] for name in record if name not in ("seq", "at")} == {
        "kind": "search",
        "point": "pep",
        "what": "subject",
        "action": "read",
        "resource": "record:record-1",
    }


def test_a_search_uses_up_no_rate(world):
    world.apply("{kind: Contract, id: rated, grants: [{actions: [read], resources: ['record:rated'], rate: 1/h}]}")
    actor = world.actor("rated-actor", contract="rated")
    body = {"subject": {"type": "user", "id": actor}, "resource": {"type": "record", "id": "rated"}}
    for _ in range(3):
        assert world.post("/access/v1/search/action", body).body["results"] == [{"name": "read"}]
    assert world.permits(actor, "read", "rated")
    assert not world.permits(actor, "read", "rated")
    assert world.post("/access/v1/search/action", body).body["results"] == []


def test_a_search_respects_rules_and_stops(world):
    actor = world.actor("ruled")
    scope = "{actors: [ruled], actions: [write]}"
    world.apply(f"{{kind: Rule, id: ruled, scope: {scope}, cedar: 'forbid (principal, action, resource);'}}")
    body = {"subject": {"type": "user", "id": actor}, "resource": {"type": "record", "id": "record-1"}}
    assert world.post("/access/v1/search/action", body).body["results"] == [{"name": "read"}]
    world.order("suspend", actor)
    assert world.post("/access/v1/search/action", body).body["results"] == []


def test_a_made_up_time_finds_no_door(world):
    doors = {"subject": {"type": "user", "id": "alice"}, "action": {"name": "enter"}, "resource": {"type": "door"}}
    world.apply(
        "{kind: Zone, id: open, public: true}\n---\n{kind: Zone, id: closed}\n---\n"
        "{kind: Door, id: search-door, joins: [open, closed], readers: [{id: in, side: closed}]}"
    )
    at_reader = doors | {"context": {"presence": "reader", "reader": "in"}}
    told = world.post("/access/v1/search/resource", at_reader).body["results"]
    assert told == [{"type": "door", "id": "search-door"}]
    assert question("alice", "enter", "door:search-door")["resource"] == {"type": "door", "id": "search-door"}
    at_reader["context"]["time"] = "2026-11-23T09:00:00Z"
    assert world.post("/access/v1/search/resource", at_reader, world.simulating).body["results"] == []
    assert world.post("/access/v1/search/resource", at_reader).body["results"] == told
