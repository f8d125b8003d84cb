"""The company's directory governs a robot at a real door: a disable in it, a lost message, a directory that is down."""

import base64
import json
import time

import pytest

from nameplate.domain.errors import NameplateError
from nameplate.domain.timestamps import moment
from nameplate.entry.bench.slapd import INSTALL, READER, READER_PASSWORD, SUFFIX, device, running_slapd
from nameplate.entry.robot import Outcome
from tests.bridges.ldap.proxies import lossy
from tests.journeys.conftest import FAR_SIDE, PHARMACY

pytestmark = pytest.mark.timeout(110)
LEASE_S = 3


@pytest.fixture(scope="module")
def openldap(require_peer, tmp_path_factory):
    require_peer("slapd", INSTALL)
    with running_slapd(tmp_path_factory.mktemp("directory") / "s") as slapd:
        yield slapd


@pytest.fixture(scope="module")
def governed(hospital, openldap):
    """The hospital, whose robots the directory governs through a line that can lose messages."""
    with lossy(openldap.port) as line:
        value = base64.b64encode(READER_PASSWORD.encode()).decode()
        hospital.server.client.post("/v1/credentials", {"name": "directory", "value": value})
        bridge = {"kind": "Bridge", "id": "company", "type": "ldap", "url": f"ldap://127.0.0.1:{line.port}"}
        bridge |= {"base": SUFFIX, "bind": READER, "credential": "directory", "lease": f"{LEASE_S}s"}
        bridge |= {"disabled": "employeeType=disabled"}
        hospital.run("apply", "-f", "-", stdin=json.dumps(bridge))
        yield hospital, line
        bridge["lease"] = "1h"
        hospital.run("apply", "-f", "-", stdin=json.dumps(bridge))


def machine(name):
    return f"cn={name},ou=machines,{SUFFIX}"


def told(hospital):
    """What `bridge status` says."""
    return hospital.run("bridge", "status", "--json").json["items"][0]


def employed(hospital, openldap, name):
    """A robot that the directory knows, at work."""
    robot, editor = hospital.enrolled(name), openldap.editor()
    before = told(hospital)["actors_told"]
    editor.add(machine(name), device(name))
    hospital.until(lambda: told(hospital)["actors_told"] > before, f"{name} is governed")
    assert hospital.come(robot, PHARMACY) == Outcome(permit=True, reason="granted")
    hospital.happened("no_passage", actor=name)
    return robot, editor


def test_who_is_disabled_upstream_gets_no_strike_any_more_until_it_is_enabled_there(governed, openldap):
    hospital, _ = governed
    robot, editor = employed(hospital, openldap, "dir-1")
    sent = editor.replace(machine("dir-1"), {"employeeType": ["disabled"]})
    hospital.until(lambda: hospital.show("dir-1")["state"] == "suspended", "it is stopped")
    before = len(hospital.doors[PHARMACY].strikes)
    assert hospital.come(robot, PHARMACY) == Outcome(permit=False, reason="state")
    assert len(hospital.doors[PHARMACY].strikes) == before
    status = told(hospital)
    assert (status["status"], status["stops"]["count"], status["bound_ms"]) == ("ok", 1, LEASE_S * 1000 + 270)
    assert "company" in hospital.run("bridge", "status").out
    upstream = [each for each in hospital.records() if each["kind"] == "upstream" and each["actor"] == "dir-1"]
    assert [each["status"] for each in upstream] == ["active", "disabled"]
    assert sent
    refused = hospital.server.client
    with pytest.raises(NameplateError, match="company"):
        refused.post("/v1/orders", {"order": "activate", "actors": ["dir-1"], "reason": "A test."})
    editor.replace(machine("dir-1"), {"employeeType": []})
    hospital.until(lambda: hospital.show("dir-1")["state"] == "active", "it may act again")
    editor.close()


def test_a_local_stop_is_not_lifted_by_the_directory(governed, openldap):
    hospital, _ = governed
    _, editor = employed(hospital, openldap, "dir-2")
    hospital.run("actor", "quarantine", "dir-2", "--reason", "A test.")
    before = told(hospital)["actors_told"]
    editor.replace(machine("dir-2"), {"employeeType": ["disabled"]})
    editor.replace(machine("dir-2"), {"employeeType": []})
    hospital.until(lambda: told(hospital)["actors_told"] >= before + 2, "both were told")
    assert hospital.show("dir-2")["state"] == "quarantined"
    editor.close()


def test_a_disable_whose_message_is_lost_holds_within_the_printed_bound(governed, openldap):
    hospital, line = governed
    _, editor = employed(hospital, openldap, "dir-3")
    line.losing, lost = True, line.lost
    sent = editor.replace(machine("dir-3"), {"employeeType": ["disabled"]})
    hospital.until(lambda: line.lost > lost, "the message is lost")
    line.losing = False
    hospital.until(lambda: hospital.show("dir-3")["state"] == "suspended", "it is stopped")
    (stop,) = [each for each in hospital.records() if each["kind"] == "state" and each["actors"][0]["id"] == "dir-3"]
    assert moment(stop["cut_off"]) - sent <= told(hospital)["bound_ms"] * 1000
    editor.close()


def lapsed(hospital):
    """Whether nothing was heard for longer than the lease."""
    return time.time_ns() // 1000 - moment(told(hospital)["heard_at"]) > LEASE_S * 1_000_000


def test_without_the_directory_leases_run_out_and_whoever_is_inside_may_leave(governed, openldap):
    hospital, _ = governed
    inside, editor = employed(hospital, openldap, "dir-4")
    outside, other = employed(hospital, openldap, "dir-5")
    assert hospital.come(inside, PHARMACY).permit
    hospital.pass_through("dir-4", PHARMACY, "L1-pharmacy")
    for line in (editor, other):
        line.close()
    openldap.stop()
    try:
        hospital.until(lambda: told(hospital)["status"] != "ok", "the bridge is seen to be down")
        hospital.until(lambda: lapsed(hospital), "the lease runs out")
        assert hospital.come(outside, PHARMACY) == Outcome(permit=False, reason="stale_snapshot")
        assert hospital.come(inside, PHARMACY, FAR_SIDE) == Outcome(permit=True, reason="granted")
        hospital.pass_through("dir-4", PHARMACY, "L1-corridor-north")
    finally:
        openldap.start()
    hospital.until(lambda: told(hospital)["status"] == "ok", "the bridge is heard again")
    assert hospital.come(outside, PHARMACY) == Outcome(permit=True, reason="granted")
