"""Orders, checks and tokens over the control socket, and who may give them."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from nameplate.domain.actors import State
from nameplate.domain.errors import Invalid, NotFound, Refused
from nameplate.domain.lifecycle import TRANSITIONS
from nameplate.entry.decide.local import BOUND_MS, caller_name, local_caller
from nameplate.entry.decide.replies import HttpError

STOPS = {
    "suspend": "suspended",
    "repair": "in_repair",
    "transfer": "in_transfer",
    "quarantine": "quarantined",
    "retire": "retired",
}
STRANGER = """
import http.client, os, socket, sys
os.setgid(65534); os.setuid(65534)
line = socket.socket(socket.AF_UNIX)
try:
    line.connect(sys.argv[1])
except PermissionError:
    sys.exit("kept out")
connection = http.client.HTTPConnection("localhost")
connection.sock = line
for method, path in (("GET", "/v1/actors"), ("GET", "/v1/export"), ("POST", "/v1/orders"), ("POST", "/v1/check"),
                     ("POST", "/v1/point-tokens"), ("POST", "/v1/actors/alice/enrolment"), ("POST", "/v1/apply"),
                     ("POST", "/v1/points/pep/install")):
    body = b"{}" if method == "POST" else None
    connection.request(method, path, body, {"content-type": "application/json", "x-nameplate-caller": "uid:0"})
    answer = connection.getresponse()
    answer.read()
    print(answer.status, end=" ")
"""


@pytest.mark.parametrize(("order", "state"), STOPS.items())
def test_a_stop_answers_with_what_it_did_and_is_in_force(world, order, state):
    actor = world.actor(f"stopped-{state}")
    assert world.permits(actor)
    before = datetime.now(UTC)
    answer = world.order(order, actor)
    assert answer.keys() == {"actor", "state", "recorded", "stop"}
    assert (answer["actor"], answer["state"]) == (actor, state)
    stop = answer["stop"]
    assert stop.keys() == {"id", "ordered_at", "recorded", "receipts", "online", "missing", "bound_ms"}
    assert (stop["recorded"], stop["receipts"], stop["bound_ms"]) == (True, [], BOUND_MS)
    # Points with doors would have to answer, and none is running here.
    assert stop["missing"] == [each["id"] for each in world.server.client.get("/v1/points")["items"] if each["doors"]]
    assert "pep" in stop["online"]
    assert timedelta() <= datetime.fromisoformat(stop["ordered_at"]) - before < timedelta(seconds=10)
    refusal = world.evaluate(actor, "read", "record-1")["context"]
    assert refusal["reasons"] == ["state", state]


@pytest.mark.parametrize("order", TRANSITIONS)
@pytest.mark.parametrize("state", State)
def test_the_lifecycle_table_is_what_the_server_obeys(world, state, order):
    actor = in_state(world, f"{state}-then-{order}", state)
    transition = TRANSITIONS[order]
    if state in transition.sources:
        assert world.order(order, actor)["state"] == transition.target
    else:
        with pytest.raises(Refused) as refused:
            world.order(order, actor)
        assert refused.value.remedy
        assert world.server.client.get(f"/v1/actors/{actor}")["state"] == state


def in_state(world, ident, state):
    actor = world.actor(ident, state="staged" if state is State.STAGED else "active")
    for order, target in STOPS.items():
        if target == state:
            world.order(order, actor)
    return actor


def test_retired_is_final(world):
    actor = in_state(world, "over-and-done", State.RETIRED)
    for order in sorted(set(TRANSITIONS) - {"retire"}):
        with pytest.raises(Refused):
            world.order(order, actor)
    assert not world.permits(actor)


@pytest.mark.parametrize("lack", ["owner", "purpose"])
def test_nobody_acts_without_owner_and_purpose(world, lack):
    actor = world.actor(f"without-{lack}", **{lack: None}, state="staged")
    with pytest.raises(Refused, match=lack):
        world.order("activate", actor)
    assert not world.permits(actor)


def test_an_activation_says_so_and_is_in_force(world):
    actor = world.actor("woken", state="staged")
    assert not world.permits(actor)
    assert world.order("activate", actor) == {"actor": actor, "state": "active", "recorded": True}
    assert world.permits(actor)


def test_from_its_day_of_retirement_on_an_actor_is_denied(world):
    today = datetime.now(UTC).date()
    days = {"gone": today - timedelta(days=1), "today": today, "tomorrow": today + timedelta(days=2)}
    reasons = {}
    for name, day in days.items():
        actor = world.actor(f"retires-{name}", retire_by=day)
        reasons[name] = world.evaluate(actor, "read", "record-1")["context"]["reasons"]
    refused = ["state", "past_retire_by"]
    assert reasons == {"gone": refused, "today": refused, "tomorrow": ["granted"]}


def test_applying_never_lifts_a_stop(world):
    actor = world.actor("held")
    world.order("suspend", actor)
    world.actor(actor, purpose="Something else")
    shown = world.server.client.get(f"/v1/actors/{actor}")
    assert (shown["state"], shown["purpose"]) == ("suspended", "Something else")
    assert not world.permits(actor)


def test_a_selector_stops_all_that_it_means_and_nobody_else(world):
    unit = {"manufacturer": "Selected", "model": "T3"}
    for number in (1, 2, 3):
        world.actor(f"t3-{number}", unit=unit | {"serial": str(number)})
    world.actor("t4", unit={"manufacturer": "Selected", "model": "T4", "serial": "1"})
    world.order("retire", "t3-3")
    body = {"order": "quarantine", "where": {"model": "T3", "supplier": "Selected"}, "reason": "Recalled."}
    answer = world.server.client.post("/v1/orders", body)
    assert (sorted(answer["actors"]), answer["state"]) == (["t3-1", "t3-2"], "quarantined")
    assert [world.permits(name) for name in ("t3-1", "t3-2", "t4")] == [False, False, True]
    with pytest.raises(NotFound):
        world.server.client.post("/v1/orders", body)


@pytest.mark.parametrize(
    ("body", "family"),
    [
        ({"order": "suspend", "actors": ["nobody"], "reason": "x"}, NotFound),
        ({"order": "suspend", "actors": ["alice"], "reason": " "}, Refused),
        ({"order": "explode", "actors": ["alice"], "reason": "x"}, Invalid),
        ({"order": "suspend", "reason": "x"}, Invalid),
        ({"order": "suspend", "where": {"colour": "red"}, "reason": "x"}, Invalid),
        ({"order": "suspend", "where": {}, "reason": "x"}, Invalid),
        ({"order": "suspend", "actors": ["alice"], "where": {"owner": "ops"}, "reason": "x"}, Invalid),
        ({"order": "suspend", "actors": ["alice"], "reason": "x", "force": True}, Invalid),
        ({"order": "suspend", "actors": "alice", "reason": "x"}, Invalid),
        ({"order": "suspend", "actors": ["alice"]}, Invalid),
    ],
)
def test_an_order_that_cannot_be_carried_out_changes_nothing(world, body, family):
    with pytest.raises(family):
        world.server.client.post("/v1/orders", body)
    assert world.permits("alice")


def test_one_unknown_name_spoils_the_whole_order(world):
    actor = world.actor("bystander")
    with pytest.raises(NotFound):
        world.order("suspend", actor, "nobody")
    assert world.permits(actor)


@pytest.mark.parametrize("name", ["", "../x", "a b", "a" * 129, "-x", "x\n"])
def test_a_token_for_a_name_that_is_none_is_refused(world, name):
    with pytest.raises(Invalid):
        world.point(name)


@pytest.mark.parametrize("seconds", [0, -1, 601, 1e9])
def test_an_install_window_has_bounds(world, seconds):
    with pytest.raises(Invalid):
        world.server.client.post("/v1/points/pep/install", {"door": "gate", "seconds": seconds})


def test_an_install_at_a_point_that_is_not_connected_is_refused(world):
    with pytest.raises(NotFound):
        world.server.client.post("/v1/points/nowhere/install", {"door": "gate"})


def check(world, **fields):
    usual = {"actor": "alice", "action": "read", "resource": "record:record-1"}
    return world.server.client.post("/v1/check", usual | fields)


def test_a_check_answers_with_exactly_these_fields(world):
    answer = check(world)
    assert answer.keys() == {"decision", "reason", "reasons", "decision_id", "contract_revision"}
    assert (answer["decision"], answer["reason"], answer["contract_revision"]) == ("permit", "granted", "author@1")
    assert check(world, actor="nobody")["reasons"] == ["unknown_actor"]


@pytest.mark.parametrize("simulated", [{"dry_run": True}, {"at": "2026-11-23T10:00:00Z"}])
def test_a_simulated_check_does_not_count_towards_a_rate(world, simulated):
    world.apply('kind: Contract\nid: once\ngrants:\n- {actions: [read], resources: ["record:*"], rate: 1/h}')
    actor = world.actor(f"once-{next(iter(simulated)).replace('_', '-')}", contract="once")
    assert [check(world, actor=actor, **simulated)["decision"] for _ in range(3)] == ["permit"] * 3
    assert [check(world, actor=actor)["decision"] for _ in range(2)] == ["permit", "deny"]


@pytest.mark.parametrize(
    "body", [{"at": "tomorrow"}, {"at": "2026-11-23T10:00:00"}, {"context": "x"}, {"actor": None}, {"unknown": 1}]
)
def test_a_check_that_cannot_be_understood_is_invalid(world, body):
    with pytest.raises(Invalid):
        check(world, **body)


def test_the_control_socket_is_closed_to_other_users(world, as_root):
    told = as_stranger(world)
    assert (told.returncode, told.stderr.strip(), told.stdout) == (1, "kept out", "")


def test_even_an_open_socket_obeys_only_its_own_user(world, as_root):
    control = world.server.data / "control.sock"
    control.chmod(0o666)
    try:
        told = as_stranger(world)
    finally:
        control.chmod(0o600)
    assert (told.returncode, told.stdout.split()) == (0, ["403"] * 8), told.stderr
    assert world.permits("alice")


@pytest.fixture(name="as_root")
def as_root_fixture(world):
    if os.geteuid() != 0:
        pytest.skip("only root can become another user; run the tests as root")
    folder = world.server.data.parent
    # Where pytest keeps its folders is closed to others: the socket itself is what is tested here.
    modes = {path: mode for path in (folder, *folder.parents) if not (mode := path.stat().st_mode) & 0o001}
    for path, mode in modes.items():
        path.chmod(mode | 0o011)
    yield
    for path, mode in modes.items():
        path.chmod(mode)


def as_stranger(world):
    path = str(world.server.data / "control.sock")
    return subprocess.run(
        [sys.executable, "-c", STRANGER, path], capture_output=True, text=True, timeout=60, check=False
    )


def test_a_caller_is_named_by_the_kernel_alone():
    assert caller_name({"state": {"uid": 0}}) == local_caller({"state": {"uid": 0}}) == "uid:0"
    assert caller_name({"state": {}}) == caller_name({}) == "anonymous"
    for state, status in (({}, 401), ({"uid": 65534}, 403)):
        with pytest.raises(HttpError) as refused:
            local_caller({"state": state, "headers": [(b"x-nameplate-caller", b"uid:0")]})
        assert refused.value.problem.status == status
