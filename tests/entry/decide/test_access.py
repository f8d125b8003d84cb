"""Bearer tokens, simulated times, and what a caller's word can never do."""

import hashlib
import subprocess
from contextlib import suppress
from datetime import UTC, datetime
from time import sleep

import pytest

from nameplate.domain.verdicts import Decision, Reason, Verdict
from nameplate.entry.decide.access import decided
from tests.entry.world import POLL_S, question

EVALUATION, EVALUATIONS = "/access/v1/evaluation", "/access/v1/evaluations"
USUAL = question("alice", "read", "record-1")
OFFICE = """
{kind: Zone, id: yard}
---
{kind: Zone, id: hall}
---
{kind: Door, id: gate, joins: [yard, hall], readers: [{id: r1, side: yard}, {id: r2, side: hall}]}
---
kind: Contract
id: office-hours
grants:
  - actions: [read]
    resources: ["app:mail"]
    during: {days: [mon], from: "09:00", to: "10:00", timezone: UTC}
  - {actions: [ping], resources: ["app:mail"], rate: 2/h}
  - {actions: [enter], resources: ["zone:hall", "lift:*"], presence: remote}
  - {actions: [carry], resources: ["app:mail"], payloads: [none], presence: remote}
  - {actions: [lean], resources: ["app:mail"], near: 4m}
"""
MONDAY = "2026-11-23T09:30:00Z"


@pytest.fixture(scope="module", name="clerk")
def clerk_fixture(world):
    world.apply(OFFICE)
    return world.actor("clerk", contract="office-hours")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Basic cGVwOnBlcA==",
        "bearer\t{token}",
        "{token}",
        "Bearer {token}x",
        "Bearer {hash}",
    ],
)
@pytest.mark.parametrize("path", [EVALUATION, EVALUATIONS])
def test_whoever_has_no_token_is_told_nothing(world, path, header):
    given = header.format(token=world.token, hash=hashlib.sha256(world.token.encode()).hexdigest())
    reply = world.post(path, USUAL, Authorization=given)
    assert (reply.status, reply.headers["www-authenticate"]) == (401, "Bearer")
    assert reply.body["type"] == "urn:nameplate:problem:unauthenticated"
    assert "decision" not in reply.body


def test_a_new_token_ends_the_former_one(world):
    former = world.point("renewed")
    assert world.post(EVALUATION, USUAL, former).status == 200
    new = world.point("renewed")
    assert world.post(EVALUATION, USUAL, former).status == 401
    assert world.post(EVALUATION, USUAL, new).status == 200


def test_tokens_survive_a_restart_and_old_ones_stay_dead(own_world):
    former, new = own_world.point("again"), own_world.point("again")
    pid = own_world.server.process("decide")
    subprocess.run(["kill", "-9", str(pid)], check=True)
    wait_until_decided(own_world, new)
    assert own_world.server.process("decide") != pid
    assert own_world.post(EVALUATION, USUAL, former).status == 401
    assert own_world.evaluate("alice", "read", "record-1", own_world.simulating)["decision"] is True


def wait_until_decided(world, token):
    while True:
        with suppress(OSError):
            return world.post(EVALUATION, USUAL, token)
        sleep(POLL_S)


def test_a_point_that_nobody_declared_comes_into_being_with_its_token(world):
    world.point("brand-new")
    listed = {each["id"]: each for each in world.server.client.get("/v1/points")["items"]}
    assert listed["brand-new"] | {"connected": False, "doors": [], "type": "authzen"} == listed["brand-new"]


def test_the_token_is_in_no_file_and_no_log(world):
    token = world.point("discreet")
    world.post(EVALUATION, USUAL, token)
    world.post(EVALUATION, {}, token)
    world.post(EVALUATION, USUAL, token + "x")
    files = [path for path in world.server.data.rglob("*") if path.is_file()]
    assert len(files) > 5
    assert [path for path in files if token.encode() in path.read_bytes()] == []
    digest = hashlib.sha256(token.encode()).hexdigest().encode()
    assert digest not in (world.server.data / "serve.log").read_bytes()
    told = world.run("point", "list", "--json").out + world.post(EVALUATION, {}, token).body["detail"]
    assert digest.decode() not in told


def test_the_time_counts_only_for_a_simulating_caller(world, clerk):
    for token, decision in ((world.simulating, True), (world.token, is_open_now())):
        answer = world.evaluate(clerk, "read", "app:mail", token, context={"time": MONDAY})
        assert answer["decision"] is decision
    sunday = {"time": "2026-11-22T09:30:00Z"}
    assert world.evaluate(clerk, "read", "app:mail", world.simulating, context=sunday)["context"]["reason"] == "window"


def is_open_now():
    now = datetime.now(UTC)
    return now.weekday() == 0 and now.hour == 9


def test_an_offset_is_understood(world, clerk):
    for time, decision in (("2026-11-23T10:30:00+01:00", True), ("2026-11-23T09:30:00+01:00", False)):
        assert (
            world.evaluate(clerk, "read", "app:mail", world.simulating, context={"time": time})["decision"] is decision
        )


@pytest.mark.parametrize("time", [MONDAY, "no time at all", None, 5])
def test_a_simulated_answer_is_marked_and_never_counts_towards_a_rate(world, time):
    actor = world.actor(f"pinger-{time}".replace(" ", "-").replace(":", "-"), contract="office-hours")
    for _ in range(4):
        assert world.evaluate(actor, "ping", "app:mail", world.simulating, context={"time": time})["decision"] is True
    answers = [world.evaluate(actor, "ping", "app:mail") for _ in range(3)]
    assert [each["decision"] for each in answers] == [True, True, False]
    assert answers[-1]["context"]["reason"] == "rate"
    record = world.server.client.get(f"/v1/decisions/{answers[0]['context']['decision_id']}")
    assert "simulated" not in record


def test_the_record_of_a_simulated_answer_says_so(world, clerk):
    answer = world.evaluate(clerk, "read", "app:mail", world.simulating, context={"time": MONDAY})
    record = world.server.client.get(f"/v1/decisions/{answer['context']['decision_id']}")
    assert (record["simulated"], record["point"]) == (True, "simulator")


@pytest.mark.parametrize("resource", ["door:gate", "lift:1"])
@pytest.mark.parametrize("time", [MONDAY, "garbage"])
def test_a_made_up_time_never_moves_steel(world, clerk, resource, time):
    context = {"time": time, "presence": "remote", "reader": "r1"}
    answer = world.evaluate(clerk, "enter", resource, world.simulating, context=context)
    assert (answer["decision"], answer["context"]["reason"]) == (False, "simulated_effect")
    # The same question of a caller who may not simulate is decided on its merits.
    assert world.evaluate(clerk, "enter", resource, context=context)["decision"] is True


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59"])
def test_a_time_at_the_end_of_all_calendars_is_answered(world, clerk, time):
    assert world.evaluate(clerk, "read", "app:mail", world.simulating, context={"time": time})["decision"] is False


@pytest.mark.parametrize(
    ("payload", "decision"),
    [("none", True), ("", True), (None, True), ("drugs", False), (["drugs"], False), ("x" * 257, False)],
)
def test_a_payload_that_cannot_be_read_is_not_nothing(world, clerk, payload, decision):
    assert world.evaluate(clerk, "carry", "app:mail", context={"payload": payload})["decision"] is decision


@pytest.mark.parametrize(
    ("distance", "decision"),
    [(3, True), (0.5, True), (5, False), (-1, False), (True, False), ("3", False), (10**400, False)],
)
def test_only_a_distance_that_can_be_is_near(world, clerk, distance, decision):
    assert world.evaluate(clerk, "lean", "app:mail", context={"distance_m": distance})["decision"] is decision


@pytest.mark.parametrize("faulty", [[], [{"subject": 1}]])
def test_each_item_of_a_batch_is_judged_under_its_own_circumstances(world, clerk, faulty):
    carried = [{}, {"payload": "drugs"}, None, {"payload": "drugs"}, {"payload": None}, {"ip": "10.0.0.1"}]
    items = [{} if context is None else {"context": context} for context in carried]
    usual = {"subject": {"type": "actor", "id": clerk}, "action": {"name": "carry"}} | {
        "resource": {"type": "app", "id": "mail"}
    }
    for default, fallback in (({"payload": "drugs"}, False), ({"payload": "none"}, True), (None, True)):
        batch = usual | ({"context": default} if default else {}) | {"evaluations": [*items, *faulty]}
        told = world.post("/access/v1/evaluations", batch).body["evaluations"][: len(items)]
        assert [each["decision"] for each in told] == [True, False, fallback, False, True, True]


def test_what_the_registry_knows_of_the_subject_is_not_taken_from_the_caller(world):
    world.apply(
        "kind: Contract\nid: of-ops\ngrants:\n"
        '- {actions: [read], resources: ["app:*"], where: {subject.owner: [board]}}'
    )
    actor = world.actor("pretender", contract="of-ops")
    assert world.evaluate(actor, "read", "app:x", subject={"owner": "board"})["context"]["reason"] == "where"


def test_a_decision_as_the_command_line_prints_it():
    verdict = Verdict(True, Reason.GRANTED, ("granted",), "c@1")
    assert decided(Decision(verdict, "n-1", 0, 1)) == ("permit", "granted", ("granted",), "n-1", "c@1")
    assert decided(Decision(verdict._replace(permit=False), "n-2", 0, 1))[0] == "deny"
