"""From the floor plan to the strike: robots at doors, through every process and every socket there is."""

import json
import os
import signal

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from nameplate.domain.stops import Receipt, receipt_text
from nameplate.domain.timestamps import parse_rfc3339
from nameplate.entry.demo.attacks import clone, replay
from nameplate.entry.robot import Outcome
from tests.journeys.conftest import CORRIDOR_SIDE, FAR_SIDE, LAB, PHARMACY, POINT

pytestmark = pytest.mark.timeout(110)


def test_a_permit_releases_the_strike_and_the_passage_tells_where_the_robot_is(hospital):
    robot, door = hospital.enrolled("amr-1"), hospital.doors[PHARMACY]
    before = len(door.strikes)
    assert hospital.come(robot, PHARMACY) == Outcome(permit=True, reason="granted")
    assert hospital.show("amr-1")["last_zone"] is None
    acknowledged = hospital.happened("strike_acknowledged", actor="amr-1")
    assert len(door.strikes) == before + 1
    hospital.pass_through("amr-1", PHARMACY, "L1-pharmacy")
    assert hospital.show("amr-1")["last_zone"]["zone"] == "L1-pharmacy"
    told = hospital.run("decision", "explain", acknowledged["decision_id"], "--json").json
    assert (told["actor"], told["decision"], told["reason"]) == ("amr-1", "permit", "granted")
    decision = next(each for each in hospital.records() if each.get("decision_id") == told["decision_id"])
    assert (decision["presence"], decision["unit"]) == ("reader", "Acme/T3/S-amr-1")


def test_a_robot_without_the_grant_is_shown_why_and_nothing_moves(hospital):
    robot = hospital.enrolled("amr-2", "lab-only")
    before = len(hospital.doors[PHARMACY].strikes)
    assert hospital.come(robot, PHARMACY) == Outcome(permit=False, reason="not_in_contract")
    assert hospital.happened("refusal_shown", door=PHARMACY, actor="amr-2")["detail"] == {"reason": "not_in_contract"}
    assert len(hospital.doors[PHARMACY].strikes) == before
    assert hospital.come(robot, LAB).permit


def test_a_robot_inside_may_leave_and_one_that_never_went_in_may_not(hospital):
    inside, outside = hospital.enrolled("amr-3"), hospital.enrolled("amr-4")
    assert hospital.come(inside, PHARMACY).permit
    hospital.pass_through("amr-3", PHARMACY, "L1-pharmacy")
    assert hospital.come(outside, PHARMACY, FAR_SIDE) == Outcome(permit=False, reason="window")
    assert hospital.come(inside, PHARMACY, FAR_SIDE) == Outcome(permit=True, reason="granted")
    decided = [each for each in hospital.records() if each.get("actor") == "amr-3" and each["kind"] == "decision"]
    assert decided[-1]["reason"] == "way_out"
    hospital.pass_through("amr-3", PHARMACY, "L1-corridor-north")


def test_a_stop_bites_at_the_door_and_the_point_signs_for_it(hospital):
    robot = hospital.enrolled("amr-5")
    assert hospital.come(robot, PHARMACY).permit
    hospital.happened("no_passage", actor="amr-5")
    answer = hospital.run("actor", "repair", "amr-5", "--reason", "A wheel squeaks.", "--json").json
    stop = answer["stop"]
    assert (answer["state"], stop["recorded"], stop["missing"]) == ("in_repair", True, [])
    (receipt,) = stop["receipts"]
    assert receipt.keys() == {"point", "received_at", "applied_at", "ms", "key", "signature"}
    received, applied = (parse_rfc3339(receipt[name]) or 0 for name in ("received_at", "applied_at"))
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(receipt["key"]))
    key.verify(bytes.fromhex(receipt["signature"]), receipt_text(Receipt(stop["id"], POINT, received, applied)))
    listed = {each["id"]: each for each in hospital.run("point", "list", "--json").json["items"]}
    assert listed[POINT]["key"] == receipt["key"]
    before = len(hospital.doors[PHARMACY].strikes)
    assert hospital.come(robot, PHARMACY) == Outcome(permit=False, reason="state")
    assert len(hospital.doors[PHARMACY].strikes) == before
    assert any(each["kind"] == "receipt" and each["stop"] == stop["id"] for each in hospital.records())


def test_a_cloned_key_stops_both_bodies(hospital):
    robot = hospital.enrolled("amr-6")
    copy = clone(hospital.state("amr-6"), hospital.state("amr-6-copy"))
    assert hospital.come(copy, LAB, CORRIDOR_SIDE).reason == "not_in_contract"
    assert hospital.come(robot, PHARMACY) == Outcome(permit=False, reason="cloned_key")
    hospital.until(lambda: hospital.show("amr-6")["state"] == "quarantined", "both are quarantined")
    for body in (robot, copy):
        assert hospital.come(body, PHARMACY).permit is False
    findings = [each for each in hospital.records() if each["kind"] == "finding"]
    assert ("cloned_key", "amr-6") in {(each["finding"], each["actor"]) for each in findings}


def test_a_recorded_answer_opens_nothing(hospital):
    before = len(hospital.doors[PHARMACY].strikes)
    outcome = replay(hospital.doors[PHARMACY].air[CORRIDOR_SIDE], bytes(126))
    assert outcome.permit is False
    assert len(hospital.doors[PHARMACY].strikes) == before


def test_while_nobody_decides_a_crossing_ends_well_and_no_other_begins(hospital):
    robot, other = hospital.enrolled("amr-7"), hospital.enrolled("amr-8")
    assert hospital.come(robot, PHARMACY).permit
    hospital.doors[PHARMACY].open()
    hospital.happened("door_opened", door=PHARMACY, actor="amr-7")
    # Without its supervisor the deciding process stays dead until we have seen what we came for.
    os.kill(hospital.server.supervisor, signal.SIGSTOP)
    try:
        os.kill(hospital.server.process("decide"), signal.SIGKILL)
        before = len(hospital.doors[LAB].strikes)
        assert hospital.come(other, LAB) == Outcome(permit=False, reason="unavailable")
        assert len(hospital.doors[LAB].strikes) == before
        hospital.doors[PHARMACY].close()
    finally:
        os.kill(hospital.server.supervisor, signal.SIGCONT)
    hospital.happened("passage", door=PHARMACY, actor="amr-7", to_zone="L1-pharmacy")
    hospital.until(lambda: is_ready(hospital), "it decides again")
    assert hospital.come(other, PHARMACY) == Outcome(permit=True, reason="granted")
    assert hospital.show("amr-7")["last_zone"]["zone"] == "L1-pharmacy"


def is_ready(hospital):
    listed = hospital.server.client.get("/v1/points")["items"]
    return any(each["id"] == POINT and each["connected"] for each in listed)


def test_the_siem_got_all_of_it_and_the_journal_is_whole(hospital):
    robot = hospital.enrolled("amr-9", "lab-only")
    hospital.come(robot, PHARMACY)
    decided = {record["decision_id"] for record in hospital.records() if record["kind"] == "decision"}
    hospital.until(lambda: decided <= exported(hospital), "every decision is exported")
    report = hospital.run("journal", "verify", "--json").json
    assert (report["integrity"], report["completeness"]) == ("ok", "ok")
    assert report["records"] >= len(decided)


def exported(hospital):
    """The ids of all decisions among the events."""
    text = hospital.events.read_text("utf-8") if hospital.events.exists() else ""
    events = [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]
    return {value for event in events for value in strings(event)}


def strings(value):
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)
    elif isinstance(value, str):
        yield value
