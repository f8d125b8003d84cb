"""What AuthZEN certification asks of single evaluations, over real HTTP (levels Core and Properties)."""

import json

import pytest

from nameplate.boot.journal import reader
from tests.entry.world import question

PATH = "/access/v1/evaluation"
ARCHIVED, ADMIN = {"status": "archived"}, {"role": "admin"}

CORE = [
    (question("alice", "read", "record-1"), True),
    (question("alice", "write", "record-1"), True),
    (question("bob", "read", "record-1"), True),
    (question("bob", "write", "record-1"), False),
]
PROPERTIES = [
    (question("alice", "write", "record-1", resource=ARCHIVED), False),
    (question("bob", "write", "record-2", subject=ADMIN, resource=ARCHIVED), True),
    (question("alice", "delete", "record-1", action={"soft": True}), True),
    (question("alice", "delete", "record-1", action={"soft": False}), False),
]
EIGHT = CORE + PROPERTIES
CONTEXTS = [
    {},
    {"time": "2026-01-01T00:00:00Z"},
    {"time": "1985-10-26T01:22-07:00"},
    {"time": "yesterday", "ip": "10.0.0.1", "anything": [{"deep": None}]},
    {"time": 5, "ip": {}, "distance_m": "far", "payload": [1], "presence": True, "task": 0},
]
USUAL = question("alice", "read", "record-1")


def without(*path):
    body = json.loads(json.dumps(USUAL))
    inner = body
    for name in path[:-1]:
        inner = inner[name]
    del inner[path[-1]]
    return body


def put(value, *path):
    body = json.loads(json.dumps(USUAL))
    inner = body
    for name in path[:-1]:
        inner = inner[name]
    inner[path[-1]] = value
    return body


@pytest.mark.parametrize(("body", "decision"), EIGHT)
def test_the_eight_decisions(world, body, decision):
    for _ in range(2):
        reply = world.post(PATH, body)
        assert (reply.status, reply.body["decision"]) == (200, decision)
        assert reply.headers["content-type"] == "application/json"
        assert isinstance(reply.body["context"], dict)


@pytest.mark.parametrize("context", CONTEXTS)
@pytest.mark.parametrize(("body", "decision"), EIGHT)
def test_no_decision_depends_on_the_context(world, body, decision, context):
    for token in (world.token, world.simulating):
        assert world.post(PATH, body | {"context": context}, token).body["decision"] is decision


@pytest.mark.parametrize(("body", "decision"), EIGHT)
def test_what_nobody_asked_for_is_ignored(world, body, decision):
    more = json.loads(json.dumps(body)) | {"unknown": {"deep": [1, 2]}, "evaluations": [], "options": None}
    more["subject"].setdefault("properties", {})["department"] = "Sales"
    more["resource"]["further"] = 1
    assert world.post(PATH, more).body["decision"] is decision


def test_the_answer_says_why(world):
    context = world.evaluate("bob", "write", "record-1")["context"]
    assert context.keys() == {"reason", "reasons", "decision_id", "contract_revision"}
    assert (context["reason"], context["reasons"][0], context["contract_revision"]) == ("where", "where", "reader@1")


@pytest.mark.parametrize(
    "body",
    [
        without("subject"),
        without("action"),
        without("resource"),
        without("subject", "type"),
        without("subject", "id"),
        without("action", "name"),
        without("resource", "type"),
        without("resource", "id"),
        put("alice", "subject"),
        put(["alice"], "subject"),
        put(None, "subject"),
        put(1, "subject", "id"),
        put("", "subject", "id"),
        put(1, "action", "name"),
        put("", "action", "name"),
        put("read", "action"),
        put("record-1", "resource"),
        put("admin", "subject", "properties"),
        put("now", "context"),
        put("a" * 129, "subject", "id"),
        put("r" * 512, "resource", "id"),
        [],
        "alice",
        None,
        7,
    ],
)
def test_a_question_that_is_none_is_refused_with_400(world, body):
    reply = world.post(PATH, body)
    assert (reply.status, reply.headers["content-type"]) == (400, "application/problem+json")
    assert reply.body["status"] == 400
    assert reply.body["type"].startswith("urn:nameplate:problem:")


@pytest.mark.parametrize("text", [b"", b"{", b'{"subject":', b"not json", b"\xff\xfe", b'{"a":NaN}', b"{} {}"])
def test_malformed_json_is_refused_with_400(world, text):
    assert world.post(PATH, text).status == 400


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""])
def test_another_content_type_is_refused_with_400(world, kind):
    assert world.post(PATH, USUAL, Content_Type=kind).status == 400


@pytest.mark.parametrize("kind", ["application/json", "application/json; charset=utf-8", "Application/JSON"])
def test_json_by_any_of_its_names_is_taken(world, kind):
    assert world.post(PATH, USUAL, Content_Type=kind).status == 200


@pytest.mark.parametrize("body", [USUAL, without("subject")])
def test_the_request_id_comes_back(world, body):
    assert world.post(PATH, body, X_Request_ID="bfe9eb29-ab87").headers["x-request-id"] == "bfe9eb29-ab87"
    assert "x-request-id" not in world.post(PATH, body).headers


def test_a_request_id_unfit_for_a_header_stays_away(world):
    reply = world.post(PATH, USUAL, X_Request_ID="x" * 129)
    assert reply.status == 200
    assert "x-request-id" not in reply.headers


TRACE = "0af7651916cd43dd8448eb211c80319c"


def test_the_trace_of_a_question_stands_in_its_record_and_its_explanation(world):
    traced = world.post(PATH, USUAL, Traceparent=f"00-{TRACE}-b7ad6b7169203331-01", X_Request_ID="r-2")
    told = world.run("decision", "explain", traced.body["context"]["decision_id"], "--json").json
    assert (traced.headers["x-request-id"], told["trace_id"]) == ("r-2", TRACE)
    assert TRACE in world.run("decision", "explain", traced.body["context"]["decision_id"]).out


@pytest.mark.parametrize(("flags", "kept"), [("01", {"sampled": True}), ("00", {})])
def test_the_record_keeps_the_callers_span_and_whether_it_is_sampled(world, flags, kept):
    traced = world.post(PATH, USUAL, Traceparent=f"00-{TRACE}-b7ad6b7169203331-{flags}")
    (found,) = [
        record
        for entry in reader(world.server.data).read()
        if (record := json.loads(entry.raw)).get("decision_id") == traced.body["context"]["decision_id"]
    ]
    members = ("trace_id", "parent_span_id", "sampled")
    expected = {"trace_id": TRACE, "parent_span_id": "b7ad6b7169203331"} | kept
    assert {name: found[name] for name in members if name in found} == expected


@pytest.mark.parametrize("parent", ["nonsense", f"00-{TRACE}-0000000000000000-01", "00-" + "0" * 4000])
def test_what_names_no_trace_is_passed_over(world, parent):
    reply = world.post(PATH, USUAL, Traceparent=parent)
    assert (reply.status, reply.body["decision"]) == (200, True)
    told = world.run("decision", "explain", reply.body["context"]["decision_id"])
    assert "trace" not in told.out


def test_a_subject_of_an_unknown_type_is_nobody(world):
    body = put("device", "subject", "type")
    assert world.post(PATH, body).body["context"]["reason"] == "unknown_actor"
    assert world.post(PATH, put("actor", "subject", "type")).body["decision"] is True
